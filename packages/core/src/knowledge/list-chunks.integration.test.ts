import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { readDocument } from "./read-document.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function newPlace() {
  const tenant = await world.tenant();
  return { ...tenant, library: createLibrary(world.db, tenant.tenantId, createWordEmbedder()) };
}

test("a version's chunks come in order, page by page, each to the letter with its place, its headings and its size", async () => {
  const { api, library } = await newPlace();
  const text = sections(120, "heron");
  const { documentId, versionId } = await library.read("herons.md", text);
  const pages: Awaited<ReturnType<typeof api.knowledge.documents.chunks>>[] = [];
  for (let from: number | null = 0; from !== null; from = pages.at(-1)?.next ?? null) {
    pages.push(await api.knowledge.documents.chunks({ documentId, versionId, from }));
  }
  expect(pages.map(({ chunks }) => chunks.length)).toEqual([50, 50, 20]);
  const chunks = pages.flatMap((page) => page.chunks);
  expect(chunks.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  for (const { start, end, ...chunk } of chunks) expect(text.slice(start, end)).toBe(chunk.text);
  expect(chunks[7]).toMatchObject({ headingPath: ["Part 7"], pages: null, tokens: 9 });
  expect(pages.every(({ total }) => total === 120)).toBe(true);
});

test("a chunk of a file with pages says on which it stands", async () => {
  const { api, library } = await newPlace();
  const document = await readDocument(new TextEncoder().encode("One teapot.\n\nTwo teapots."), "teapots.txt");
  const { documentId, versionId } = await library.addRead("teapots.txt", { ...document, pageStarts: [0, 13] });
  await library.ingest();
  const { chunks } = await api.knowledge.documents.chunks({ documentId, versionId });
  expect(chunks).toMatchObject([{ pages: { first: 1, last: 2 } }]);
});

test("a version that answers no more has no chunks, and a foreign or a removed document is not there", async () => {
  const { api, library } = await newPlace();
  const old = await library.read("herons.md", "# Herons\n\nThey are grey.\n");
  const { documentId, versionId } = await library.read("herons.md", "# Herons\n\nThey are white.\n");
  expect(await api.knowledge.documents.chunks({ documentId, versionId: old.versionId })).toMatchObject({ chunks: [] });
  expect((await api.knowledge.documents.chunks({ documentId, versionId })).total).toBe(1);

  const other = await newPlace();
  const notFound = { message: "document.not_found" };
  await expect(other.api.knowledge.documents.chunks({ documentId, versionId })).rejects.toMatchObject(notFound);
  await library.remove(documentId);
  await expect(api.knowledge.documents.chunks({ documentId, versionId })).rejects.toMatchObject(notFound);
});
