import { randomUUID } from "node:crypto";
import { ContactId } from "@parley/contracts";
import { citations, documents, documentVersions } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clearDocument } from "../knowledge/clear-document.ts";
import type { Passage } from "../knowledge/passage.ts";
import { readDocument } from "../knowledge/read-document.ts";
import { verifyDocument } from "../knowledge/verify-document.ts";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { testObjects } from "../testing/test-objects.ts";
import { createWorld, type World } from "../testing/world.ts";
import { getCitedPassage } from "./get-cited-passage.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A contact in a conversation in which a message cites what is found for `question`. */
async function newCitation(text: string, question: string, pageStarts?: number[]) {
  const contact = await world.contact();
  const { tenantId, conversationId, contactId } = contact;
  const library = createLibrary(world.db, tenantId, createWordEmbedder());
  const document = await readDocument(new TextEncoder().encode(text), "guide.md");
  const { documentId } = await library.addRead("guide.md", { ...document, pageStarts });
  await library.ingest();
  const [passage] = await library.search(question);
  if (!passage) throw new Error("the test's document holds the question's words");
  const { id: messageId } = await contact.say("What is cited?");
  await world.db.transaction(tenantId, (tx) => tx.insert(citations).values(toCitation(passage, messageId)));
  const cited = { conversationId, messageId, number: 1 };
  return {
    ...contact,
    library,
    documentId,
    passage,
    cited,
    get: () => getCitedPassage(world.db, tenantId, { ...cited, contactId }),
  };
}

const toCitation = (
  passage: Passage,
  messageId: Awaited<ReturnType<Awaited<ReturnType<World["contact"]>>["say"]>>["id"],
) => ({
  messageId,
  number: 1,
  documentVersionId: passage.documentVersionId,
  chunkId: passage.chunkId,
  headingPath: passage.headingPath,
  startOffset: passage.start,
  endOffset: passage.end,
  quoteSha256: "0".repeat(64),
});

const notFound = { code: "citation.not_found" };

test("a citation opens its passage with the text around it, in the document's own offsets", async () => {
  const text = "# Guide\n\nThe lion is 😀 yellow.\n\nThe elephant is grey.\n\nThe end.\n";
  const { get, passage, documentId } = await newCitation(text, "elephant");
  const opened = await get();
  expect(opened).toMatchObject({
    number: 1,
    documentId,
    documentVersionId: passage.documentVersionId,
    title: "Guide",
    headingPath: ["Guide"],
    version: 1,
    superseded: false,
    removed: false,
    address: null,
    mediaType: "text/markdown",
    pages: null,
    text,
    textStart: 0,
  });
  expect(text.slice(opened.start, opened.end)).toBe(passage.text);
  expect(new Date(opened.readAt).getTime()).toBeGreaterThan(Date.now() - 60_000);
});

test("a citation of a file that has pages says on which of them its passage stands", async () => {
  const text = "The lion is yellow.\n\n# Grey\n\nThe elephant is grey.\n\nThe end.\n";
  const starts = [0, text.indexOf("# Grey"), text.indexOf("# Grey"), text.indexOf("The end")];
  expect(await (await newCitation(text, "lion yellow", starts)).get()).toMatchObject({ pages: { first: 1, last: 1 } });
  expect(await (await newCitation(text, "elephant", starts)).get()).toMatchObject({ pages: { first: 3, last: 4 } });
});

test("of a long document only what is around the passage comes, in whole lines", async () => {
  const filler = Array.from({ length: 500 }, (_, index) => `Paragraph ${index} tells of nothing much.`);
  const text = [...filler.slice(0, 250), "The elephant is grey.", ...filler.slice(250)].join("\n\n");
  const { get } = await newCitation(text, "elephant grey");
  const { text: shown, textStart, start, end } = await get();
  expect(shown.length).toBeLessThan(10_000);
  expect(text.slice(textStart, textStart + shown.length)).toBe(shown);
  expect(shown).toMatch(/^\n?Paragraph \d+ tells of nothing much\.\n\n/);
  expect(shown).toMatch(/\n\nParagraph \d+ tells of nothing much\.\n?$/);
  expect(shown.slice(start - textStart, end - textStart)).toContain("The elephant is grey.");
});

test("a document that has changed since shows what was cited, and says that it is old", async () => {
  const { get, library } = await newCitation("The elephant is grey.", "elephant");
  await library.read("guide.md", "The elephant is pink.");
  expect(await get()).toMatchObject({ text: "The elephant is grey.", version: 1, superseded: true, removed: false });
});

test("of a removed document stays what was cited, and nothing else", async () => {
  const { get, library, documentId, tenantId } = await newCitation("The elephant is grey.", "elephant");
  await library.read("guide.md", "The elephant is pink.");
  await library.remove(documentId);
  await clearDocument({ db: world.db, objects: testObjects }, { tenantId, documentId });
  expect(await get()).toMatchObject({ text: "The elephant is grey.", superseded: false, removed: true });
  expect(await library.audit()).toMatchObject({ stored: 0, keptChunks: 0 });

  await world.db.transaction(tenantId, (tx) => tx.delete(citations));
  await clearDocument({ db: world.db, objects: testObjects }, { tenantId, documentId });
  const left = await world.db.read(tenantId, (read) =>
    read.select().from(documents).where(eq(documents.id, documentId)),
  );
  expect(left).toEqual([]);
  await expect(get()).rejects.toMatchObject(notFound);
});

test("of older versions than the newest five stays what answers point to, and what is in use", async () => {
  const { get, library, documentId, tenantId, api } = await newCitation("The elephant is grey.", "elephant");
  const kept = async () => (await api.knowledge.documents.get({ documentId })).versions.map(({ version }) => version);
  for (const colour of ["pink", "blue", "red", "black", "white", "green"])
    await library.read("guide.md", `The elephant is ${colour}.`);
  // Of the first one an answer cites a part; nobody points to the second.
  expect(await kept()).toEqual([7, 6, 5, 4, 3, 1]);
  expect(await get()).toMatchObject({ text: "The elephant is grey.", version: 1, superseded: true });
  // What serves stays, however many after it could not be read in; and so does what waits to be.
  for (let version = 8; version <= 13; version += 1) await library.read("guide.md", `---\n\n<!-- ${version} -->`);
  expect(await kept()).toEqual([13, 12, 11, 10, 9, 7, 1]);
  expect(await library.search("elephant")).toMatchObject([{ text: "The elephant is green." }]);

  await world.db.transaction(tenantId, (tx) => tx.delete(citations));
  await library.read("guide.md", "The elephant is brown.");
  expect(await kept()).toEqual([14, 13, 12, 11, 10]);
});

test("a citation of a page of a site says where that is, until it is removed; a file's path is no address, whatever it looks like", async () => {
  const { get, library, documentId, tenantId, api } = await newCitation("The elephant is grey.", "elephant");
  const path = "https://shop.example/help/elephants?size=large";
  const setTo = (values: Partial<typeof documents.$inferInsert>) =>
    world.db.transaction(tenantId, (tx) => tx.update(documents).set(values).where(eq(documents.id, documentId)));
  const addresses = async () => [(await get()).address, (await api.knowledge.documents.get({ documentId })).address];
  await setTo({ path });
  expect(await addresses()).toEqual([null, null]);
  await setTo({ fetched: { depth: 1 } });
  expect(await addresses()).toEqual([path, path]);
  await setTo({ path: "javascript:alert(1)" });
  expect(await addresses()).toEqual([null, null]);
  await setTo({ path });
  await library.remove(documentId);
  expect(await get()).toMatchObject({ removed: true, address: null });
});

test("nobody opens another's citation, nor learns that it exists", async () => {
  const { tenantId, cited, contactId } = await newCitation("The elephant is grey.", "elephant");
  const other = await world.contact();
  const open = (tenant: typeof tenantId, more: object) => getCitedPassage(world.db, tenant, { ...cited, ...more });
  await expect(open(tenantId, { contactId: ContactId.parse(randomUUID()) })).rejects.toMatchObject(notFound);
  await expect(open(tenantId, { contactId, conversationId: other.conversationId })).rejects.toMatchObject(notFound);
  await expect(open(tenantId, { contactId, number: 2 })).rejects.toMatchObject(notFound);
  await expect(open(other.tenantId, {})).rejects.toMatchObject(notFound);
  await expect(open(tenantId, {})).resolves.toMatchObject({ number: 1 }); // a member of the tenant
});

test("a citation says when its version was last seen to be what its source says", async () => {
  const text = "# Guide\n\nThe elephant is grey.\n";
  const { get, library, tenantId, api, cited } = await newCitation(text, "elephant");
  const lastYear = new Date("2025-11-26T09:30:00.000Z");
  const age = (change: { createdAt?: Date; verifiedAt?: Date }) =>
    world.db.transaction(tenantId, (tx) => tx.update(documentVersions).set(change));
  const isFresh = (iso: string | null) => Date.parse(iso ?? "") > lastYear.getTime() + 1;

  await age({ createdAt: lastYear });
  expect((await get()).verifiedAt).toBe(lastYear.toISOString());

  // It was read in again and is the same.
  await library.add("guide.md", text);
  expect(isFresh((await get()).verifiedAt)).toBe(true);
  const { messages } = await api.conversations.messages({ conversationId: cited.conversationId });
  expect(isFresh(messages[0]?.citations[0]?.verifiedAt ?? null)).toBe(true);

  // Its site says that it has not changed; another page's word is not its own.
  await age({ verifiedAt: lastYear });
  const [source] = (await api.knowledge.sources.list()).sources;
  const verify = (path: string) =>
    world.db.transaction(tenantId, (tx) => verifyDocument(tx, { sourceId: source?.id as never, path }));
  await verify("other.md");
  expect((await get()).verifiedAt).toBe(lastYear.toISOString());
  await verify("guide.md");
  expect(isFresh((await get()).verifiedAt)).toBe(true);

  // What the source says now is another version: that says nothing of this one.
  await age({ verifiedAt: lastYear });
  await library.read("guide.md", "# Guide\n\nThe elephant is blue.\n");
  await library.add("guide.md", "# Guide\n\nThe elephant is blue.\n");
  expect((await get()).verifiedAt).toBe(lastYear.toISOString());
});
