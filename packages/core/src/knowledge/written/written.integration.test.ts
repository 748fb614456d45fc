import { randomUUID } from "node:crypto";
import { DocumentId, SourceId } from "@parley/contracts";
import { auditLog } from "@parley/db/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../../testing/library.ts";
import { testObjects } from "../../testing/test-objects.ts";
import { createWorld, type World } from "../../testing/world.ts";
import { clearDocument } from "../clear-document.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const newId = () => DocumentId.parse(randomUUID());

async function newTenant() {
  const tenant = await world.tenant();
  const sourceId = SourceId.parse(randomUUID());
  const { sources, written, documents } = tenant.api.knowledge;
  await sources.create({ id: sourceId, kind: "written", name: "Answers" });
  const library = createLibrary(world.db, tenant.tenantId, createWordEmbedder());
  return {
    ...tenant,
    sourceId,
    library,
    written,
    documents,
    /** Saves it, and reads it in. */
    async save(documentId: DocumentId, question: string, answer: string, basedOn?: number) {
      const before = world.orders.length;
      const saved = await written.save({ documentId, sourceId, question, answer, ...(basedOn && { basedOn }) });
      for (const { order } of world.orders.slice(before)) await library.ingest(order as never);
      return saved;
    },
  };
}

test("a question with its answer is found by its question, and can be changed", async () => {
  const { save, written, documents, library, tenantId, member } = await newTenant();
  const [returns, other] = [newId(), newId()];
  await save(
    returns,
    "How do I send something back?",
    "Put it in a box.\n\n- Print the *label*.\n- Go to the post office.",
  );
  await save(other, "Do you ship to Iceland?", "Yes, within a week.");

  const [found] = await library.search("How do I send something back?");
  expect(found).toMatchObject({ documentId: returns, title: "How do I send something back?" });
  expect(found?.headingPath).toEqual(["How do I send something back?"]);
  expect(await written.get({ documentId: returns })).toMatchObject({
    question: "How do I send something back?",
    answer: "Put it in a box.\n\n- Print the *label*.\n- Go to the post office.",
  });

  expect(await save(returns, "How do I send something back?", "Bring it to the shop.")).toMatchObject({
    documentId: returns,
    outcome: "queued",
  });
  expect((await library.search("send something back"))[0]?.text).toContain("Bring it to the shop.");
  expect(await save(returns, "How do I send something back?", "Bring it to the shop.")).toMatchObject({
    outcome: "unchanged",
  });
  expect((await documents.list({})).documents).toMatchObject([
    { sourceKind: "written", status: "ready" },
    { sourceKind: "written", status: "ready" },
  ]);
  const entries = await world.db.read(tenantId, (read) => read.select().from(auditLog));
  const added = entries.filter(({ action }) => action === "document.added");
  expect(added).toHaveLength(3);
  expect(added[0]).toMatchObject({ actorKind: "member", actorId: member.memberId });
});

test("an answer that somebody else has changed meanwhile is not written over, also when both save at once", async () => {
  const { save, written, sourceId } = await newTenant();
  const [documentId, question] = [newId(), "How do I send something back?"];
  await save(documentId, question, "By mail.");
  const { version } = await written.get({ documentId });
  await save(documentId, question, "By rail.", version);
  await expect(save(documentId, question, "By boat.", version)).rejects.toMatchObject({
    message: "document.newer_version",
  });
  expect(await written.get({ documentId })).toMatchObject({ answer: "By rail.", version: 2 });
  // Whoever has saved the same has it saved.
  expect(await save(documentId, question, "By rail.", version)).toMatchObject({ outcome: "unchanged" });
  await save(documentId, question, "By boat.", 2);

  const bothAtOnce = ["By bus.", "By tram."].map((answer) =>
    written.save({ documentId, sourceId, question, answer, basedOn: 3 }),
  );
  const ends = await Promise.allSettled(bothAtOnce);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(await written.get({ documentId })).toMatchObject({ version: 4 });
});

test("an answer that somebody else has removed meanwhile does not come back unseen", async () => {
  const { save, documents, tenantId } = await newTenant();
  const [documentId, question] = [newId(), "How do I send something back?"];
  await save(documentId, question, "By mail.");
  await documents.remove({ documentId });
  const saveOver = () => save(documentId, question, "By boat.", 1);
  await expect(saveOver()).rejects.toMatchObject({ message: "document.not_found" });
  await clearDocument({ db: world.db, objects: testObjects }, { tenantId, documentId });
  await expect(saveOver()).rejects.toMatchObject({ message: "document.not_found" });
  expect((await documents.list({})).documents).toEqual([]);
});

test.each([
  "What is 2 * 3 * 4?",
  "Does `npm start` work?",
  "Is [this](https://shop.example) a link & <b>bold</b>?",
  "# What? ## Really!",
  "Who\n is   there?",
  "a_b_c~d~\\e",
])("the question %j is kept as it was written, and is the one heading", async (question) => {
  const { save, written, library } = await newTenant();
  const documentId = newId();
  await save(documentId, question, "An answer about elephants.");
  const asked = question.replace(/\s+/g, " ");
  expect(await written.get({ documentId })).toMatchObject({ question: asked, answer: "An answer about elephants." });
  const [found] = await library.search("elephants");
  expect(found).toMatchObject({ title: asked, text: expect.stringContaining("An answer about elephants.") });
  expect(found?.headingPath).toHaveLength(1);
});

test("it goes into a source of its kind alone, under an id that no other document has", async () => {
  const { sourceId, written, api, library, documents } = await newTenant();
  const files = SourceId.parse(randomUUID());
  await api.knowledge.sources.create({ id: files, kind: "upload", name: "Files" });
  const entry = { documentId: newId(), sourceId, question: "How?", answer: "So." };
  await expect(written.save({ ...entry, sourceId: files })).rejects.toMatchObject({ message: "source.wrong_kind" });
  const { documentId } = await library.add("a.md", "# A\n\nText");
  await expect(written.save({ ...entry, documentId })).rejects.toMatchObject({ message: "document.id_taken" });
  await expect(written.get({ documentId })).rejects.toMatchObject({ message: "source.wrong_kind" });
  await expect(written.get({ documentId: entry.documentId })).rejects.toMatchObject({ message: "document.not_found" });

  await written.save(entry);
  await documents.remove({ documentId: entry.documentId });
  await expect(written.save(entry)).rejects.toMatchObject({ message: "document.id_taken" });
  await expect(written.save({ ...entry, answer: " " })).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
