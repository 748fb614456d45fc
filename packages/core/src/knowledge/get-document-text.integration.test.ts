import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { getDocumentText } from "./get-document-text.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function newLibrary() {
  const place = await world.tenant();
  const library = createLibrary(world.db, place.tenantId, createWordEmbedder());
  const pagesOf = async ({ documentId, versionId }: Awaited<ReturnType<typeof library.add>>) => {
    const pages = [];
    for (let after: number | null = 0; after !== null; after = pages.at(-1)?.next ?? null) {
      pages.push(await getDocumentText(world.db, place.tenantId, { documentId, versionId, after }));
    }
    return pages;
  };
  return { ...place, ...library, pagesOf };
}

test("each version of a document shows its own text, whichever answers", async () => {
  const library = await newLibrary();
  const first = await library.read("a.md", "# A\n\nOne");
  const second = await library.add("a.md", "# A\n\nTwo");
  const { documentId } = first;
  expect(await library.api.knowledge.documents.text({ documentId, versionId: first.versionId })).toEqual({
    mediaType: "text/markdown",
    text: "# A\n\nOne",
    filePages: [],
    next: null,
    length: 8,
  });
  expect(await library.api.knowledge.documents.text({ documentId, versionId: second.versionId })).toMatchObject({
    text: "# A\n\nTwo",
  });
  const plain = await library.add("b.txt", "*B*");
  expect(await library.pagesOf(plain)).toMatchObject([{ mediaType: "text/plain", text: "*B*" }]);
});

test("the pages of a file are told where they begin, on each page of a long text", async () => {
  const library = await newLibrary();
  const words = `${"🦉 Some words. ".repeat(800)}\n`;
  const text = Array.from({ length: 10 }, (_, index) => `Page ${index + 1}: ${words}`).join("");
  const pageStarts = Array.from(text.matchAll(/Page \d/g), ({ index }) => index);
  const added = await library.addRead("a.pdf", { title: "A", mediaType: "text/plain", text, pageStarts });
  const pages = await library.pagesOf(added);
  expect(pages.length).toBeGreaterThan(1);
  const found = pages.flatMap(({ text, filePages }) => filePages.map(({ start }) => text.slice(start, start + 8)));
  expect(found).toEqual(Array.from({ length: 10 }, (_, index) => `Page ${index + 1}: `.slice(0, 8)));
  const numbers = pages.flatMap(({ filePages }) => filePages.map(({ number }) => number));
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("front matter is left out, at the beginning alone", async () => {
  const library = await newLibrary();
  const added = await library.add("a.md", "---\ntitle: A\n---\n\nText\n\n---\nmore\n---\n");
  expect(await library.pagesOf(added)).toMatchObject([{ text: "\nText\n\n---\nmore\n---\n", next: null }]);
});

test.each([
  ["sections", "md", (index: number) => `## Part ${index} 🦉\n\n${"Some words. ".repeat(40)}\n\n`, /^## Part/],
  [
    "paragraphs that look like front matter",
    "md",
    () => `${"Words. ".repeat(1_000)}\n\n---\n\nmore\n\n---\n\n`,
    /^(Words|---|more)/,
  ],
  [
    "code between fences",
    "md",
    () => `\`\`\`\n# no heading\n\n${"line\n\n".repeat(900)}\`\`\`\n\nText.\n\n`,
    /^(```|Text)/,
  ],
  ["a line without end", "md", () => "word ", /^word/],
  ["a word without end", "txt", () => "🦉", /^🦉/u],
  ["lines", "txt", (index: number) => `Line ${index}, then the next one.\n`, /^Line/],
])("a long document of %s comes in pages that begin where something begins and make up the whole", async (...given) => {
  const [, ending, part, beginning] = given;
  const library = await newLibrary();
  let text = "";
  for (let index = 0; Array.from(text).length < 100_000; index += 1) text += part(index).repeat(50);
  const added = await library.add(`a.${ending}`, text);
  const pages = await library.pagesOf(added);
  expect(pages.map((page) => page.text).join("") === text).toBe(true);
  expect(pages.length).toBeGreaterThan(2);
  for (const page of pages) {
    expect(page.text).toMatch(beginning);
    expect(page.text.isWellFormed()).toBe(true);
    expect(page.length).toBe(Array.from(text).length);
    expect(Array.from(page.text).length).toBeLessThanOrEqual(40_000);
  }
});

test("beyond the end there is nothing", async () => {
  const library = await newLibrary();
  const { documentId, versionId } = await library.add("a.md", "Text");
  expect(await library.api.knowledge.documents.text({ documentId, versionId, after: 99 })).toMatchObject({
    text: "",
    next: null,
  });
});

test("a text is shown to its own tenant alone, as that of its own document, and until it is removed", async () => {
  const ours = await newLibrary();
  const theirs = await newLibrary();
  const document = await ours.add("a.md", "Text");
  const other = await ours.add("b.md", "Other");
  const notFound = { message: "document.not_found" };
  const { documentId, versionId } = document;
  await expect(theirs.api.knowledge.documents.text({ documentId, versionId })).rejects.toMatchObject(notFound);
  await expect(ours.api.knowledge.documents.text({ documentId, versionId: other.versionId })).rejects.toMatchObject(
    notFound,
  );
  await ours.remove(documentId);
  await expect(ours.api.knowledge.documents.text({ documentId, versionId })).rejects.toMatchObject(notFound);
});
