import { randomUUID } from "node:crypto";
import { SourceId } from "@parley/contracts";
import { auditLog, citations, documents, documentVersions, sources } from "@parley/db/schema";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../../testing/library.ts";
import { testObjects } from "../../testing/test-objects.ts";
import { createWorld, type World } from "../../testing/world.ts";
import { addDocumentAsOperator } from "../add-document-as-operator.ts";
import { clearDocument } from "../clear-document.ts";
import { giveUp } from "../ingest-document.ts";
import { clearSource } from "./clear-source.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const site = { address: "https://docs.example.com/", exclude: ["/old/"], schedule: "daily" as const };
const never = new AbortController().signal;
const newId = () => SourceId.parse(randomUUID());
const refusedWith = (code: string) => ({ message: code });

async function newTenant() {
  const contact = await world.contact();
  const { tenantId } = contact;
  const library = createLibrary(world.db, tenantId, createWordEmbedder());
  const { sources: of, documents: docs } = contact.api.knowledge;
  return {
    ...contact,
    library,
    sources: of,
    documents: docs,
    listed: async () => (await of.list()).sources,
    audited: async () =>
      (await world.db.read(tenantId, (read) => read.select().from(auditLog).orderBy(auditLog.seq))).map(
        ({ action, targetId, details }) => ({ action, targetId, details }),
      ),
    announced: async () => (await world.announced(tenantId)).filter(({ type }) => type === "source.changed"),
    /** As an answer would. */
    cite: async () => {
      const { id: messageId } = await contact.say("Where is the elephant?");
      const [passage] = await library.search("elephant");
      if (!passage) throw new Error("nothing to cite");
      await world.db.transaction(tenantId, (tx) =>
        tx.insert(citations).values({
          messageId,
          number: 1,
          documentVersionId: passage.documentVersionId,
          chunkId: passage.chunkId,
          headingPath: [],
          startOffset: passage.start,
          endOffset: passage.end,
          quoteSha256: "0".repeat(64),
        }),
      );
      return { conversationId: contact.conversationId, messageId, number: 1 };
    },
  };
}

describe("a source", () => {
  test.each(["api", "written", "upload", "site"] as const)(
    "of the kind %s takes no files of the command line, one of these does",
    async (kind) => {
      const tenant = await newTenant();
      await tenant.sources.create(
        kind === "site" ? { id: newId(), kind, name: "Ours", site } : { id: newId(), kind, name: "Ours" },
      );
      const document = { path: "a.md", title: "A", mediaType: "text/markdown" as const, text: "The elephant is grey." };
      const jobs = { send: async () => {} };
      const add = (source: string) =>
        world.db.transaction(tenant.tenantId, (tx) => addDocumentAsOperator(tx, jobs, { source, ...document }, null));
      await expect(add("Ours")).rejects.toMatchObject(refusedWith("source.wrong_kind"));
      for (const outcome of ["queued", "unchanged"]) expect(await add("Files")).toMatchObject({ outcome });
      expect(await tenant.listed()).toMatchObject([
        { name: "Files", kind: "folder", documents: { total: 1 } },
        { name: "Ours", documents: { total: 0 } },
      ]);
    },
  );

  test("is made, renamed and changed; each is announced and told by the audit log", async () => {
    const tenant = await newTenant();
    const id = newId();
    await tenant.sources.create({ id, kind: "site", name: " Manual ", site });
    expect(await tenant.listed()).toMatchObject([
      {
        id,
        kind: "site",
        name: "Manual",
        site: { ...site, include: [], depth: 5, pages: 1_000 },
        documents: { total: 0, serving: 0, queued: 0, ready: 0, failed: 0 },
      },
    ]);
    await tenant.sources.rename({ sourceId: id, name: "Handbook" });
    await tenant.sources.changeSite({ sourceId: id, site: { ...site, schedule: "off", depth: 0 } });
    expect(await tenant.listed()).toMatchObject([{ name: "Handbook", site: { schedule: "off", depth: 0 } }]);

    expect(await tenant.audited()).toEqual([
      { action: "source.created", targetId: id, details: { kind: "site" } },
      { action: "source.changed", targetId: id, details: { changed: "name" } },
      { action: "source.changed", targetId: id, details: { changed: "site" } },
    ]);
    expect(await tenant.announced()).toEqual(Array(3).fill({ type: "source.changed", sourceId: id }));
  });

  test("has an id and a name of its own, and settings if it is a site", async () => {
    const tenant = await newTenant();
    const id = newId();
    await tenant.sources.create({ id, kind: "upload", name: "Files" });
    const make = (more: object) => tenant.sources.create({ id: newId(), kind: "upload", name: "Other", ...more });
    await expect(make({ id })).rejects.toMatchObject(refusedWith("source.id_taken"));
    await expect(make({ name: "Files" })).rejects.toMatchObject(refusedWith("source.name_taken"));
    await expect(make({ kind: "site" })).rejects.toMatchObject(refusedWith("source.wrong_kind"));
    await expect(make({ site })).rejects.toMatchObject(refusedWith("source.wrong_kind"));
    await expect(tenant.sources.changeSite({ sourceId: id, site })).rejects.toMatchObject(
      refusedWith("source.wrong_kind"),
    );
    await make({});
    await expect(tenant.sources.rename({ sourceId: id, name: "Other" })).rejects.toMatchObject(
      refusedWith("source.name_taken"),
    );
    await tenant.sources.rename({ sourceId: id, name: "Files" });
    expect((await tenant.listed()).map(({ name }) => name)).toEqual(["Files", "Other"]);
  });

  test("has a name of its own, also when two are made at once", async () => {
    const tenant = await newTenant();
    const made = await Promise.allSettled(
      [newId(), newId()].map((id) => tenant.sources.create({ id, kind: "upload", name: "Files" })),
    );
    expect(made.flatMap((one) => (one.status === "rejected" ? [one.reason.message] : []))).toEqual([
      "source.name_taken",
    ]);
  });

  test("is made a hundred times at most, also by many at once", async () => {
    const tenant = await newTenant();
    await world.db.transaction(tenant.tenantId, (tx) =>
      tx.insert(sources).values(Array.from({ length: 98 }, (_, index) => ({ name: `source ${index}` }))),
    );
    const made = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) =>
        tenant.sources.create({ id: newId(), kind: "upload", name: `more ${index}` }),
      ),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await tenant.listed()).toHaveLength(100);
  });

  test("shows how many of its documents are in which state, by their newest version, and how many serve", async () => {
    const tenant = await newTenant();
    const { library } = tenant;
    await library.read("ready.md", "The elephant is grey.");
    await library.read("changed.md", "The lion is yellow.");
    const { documentId: gone } = await library.read("gone.md", "The dodo is gone.");
    await library.remove(gone);
    await library.add("changed.md", "The lion is brown.");
    await library.add("new.md", "The zebra has stripes.");
    const failed = await library.add("failed.md", "The unicorn is not there.");
    await giveUp(world.db, { tenantId: tenant.tenantId, ...failed }, "document.broken");
    await library.add("a.md", "Elsewhere", "other");

    const [docs, other] = await tenant.listed();
    expect(docs).toMatchObject({
      name: "docs",
      kind: "folder",
      site: null,
      documents: { total: 4, queued: 2, parsing: 0, embedding: 0, ready: 1, failed: 1, serving: 2 },
    });
    expect(other).toMatchObject({ name: "other", documents: { total: 1, queued: 1, serving: 0 } });
    const paths = async (filter: object) => (await tenant.documents.list(filter)).documents.map(({ path }) => path);
    expect(await paths({ sourceId: docs?.id, state: "queued" })).toEqual(["changed.md", "new.md"]);
    expect(await paths({ state: "ready" })).toEqual(["ready.md"]);
    expect(await paths({ sourceId: other?.id })).toEqual(["a.md"]);
  });
});

describe("a source that is removed", () => {
  test("is answered from no more at once; what was cited of it stays, and the rest is deleted", async () => {
    const tenant = await newTenant();
    const { library, tenantId } = tenant;
    await library.read("a.md", "The elephant is grey.");
    const cited = await tenant.cite();
    await library.read("b.md", "The lion is yellow, the elephant is not.");
    const { versionId } = await library.add("c.md", "The elephant is on its way.");
    const [order] = library.orders;
    const kept = await library.add("kept.md", "An elephant of another source.", "other");
    const [docs, other] = await tenant.listed();
    if (!docs || !other || !order) throw new Error("there are two");
    await library.ingest(library.orders.pop());

    await tenant.sources.remove({ sourceId: docs.id });
    expect((await library.search("elephant lion")).map(({ documentId }) => documentId)).toEqual([kept.documentId]);
    expect(await tenant.listed()).toMatchObject([{ id: other.id }]);
    expect((await tenant.documents.list({})).documents).toMatchObject([{ path: "kept.md" }]);
    expect(await library.audit()).toMatchObject({ keptChunks: 1, chunks: 1, mistaken: 0 });
    expect(await tenant.audited()).toMatchObject([
      { action: "source.removed", targetId: docs.id, details: { kind: "folder", documents: 3 } },
    ]);
    // What was on its way is not read in any more, whoever still has the order.
    await library.ingest(order);
    expect(await library.audit()).toMatchObject({ keptChunks: 1 });
    await expect(tenant.sources.remove({ sourceId: docs.id })).rejects.toMatchObject(refusedWith("source.not_found"));

    expect(world.orders.at(-1)).toEqual({ name: "clearSource", order: { tenantId, sourceId: docs.id } });
    for (let time = 0; time < 2; time += 1)
      await clearSource({ db: world.db, objects: testObjects }, { tenantId, sourceId: docs.id }, never);
    expect(await library.audit()).toMatchObject({ stored: 1, embeddings: 1, hidden: 0 });
    const left = await world.db.read(tenantId, (read) => read.select().from(documents));
    expect(left.map(({ path }) => path).sort()).toEqual(["a.md", "kept.md"]);
    const versions = await world.db.read(tenantId, (read) => read.select().from(documentVersions));
    expect(versions.map(({ id }) => id)).not.toContain(versionId);
    expect(await tenant.api.conversations.citation(cited)).toMatchObject({ text: "The elephant is grey." });

    // Its name is free.
    await tenant.sources.create({ id: newId(), kind: "upload", name: "docs" });
  });

  test("goes whole when nothing was cited, and takes no document in any more", async () => {
    const tenant = await newTenant();
    const { tenantId, library } = tenant;
    await library.read("a.md", "The elephant is grey.");
    const [docs] = await tenant.listed();
    if (!docs) throw new Error("there is one");
    await tenant.sources.remove({ sourceId: docs.id });
    // Added under the same name, it is another source's.
    await library.read("a.md", "The elephant is green.");
    await clearSource({ db: world.db, objects: testObjects }, { tenantId, sourceId: docs.id }, never);
    expect((await library.search("elephant")).map(({ text }) => text)).toEqual(["The elephant is green."]);
    const left = await world.db.read(tenantId, (read) => read.select().from(sources));
    expect(left).toMatchObject([{ name: "docs", removedAt: null }]);
    expect(left[0]?.id).not.toBe(docs.id);
  });

  test("is not cleared unless it was removed", async () => {
    const tenant = await newTenant();
    await tenant.library.read("a.md", "The elephant is grey.");
    const [docs] = await tenant.listed();
    if (!docs) throw new Error("there is one");
    await clearSource({ db: world.db, objects: testObjects }, { tenantId: tenant.tenantId, sourceId: docs.id }, never);
    expect(await tenant.library.search("elephant")).toHaveLength(1);
  });
});

describe("a document that failed", () => {
  test("says why as a code, and is read in when it is tried again, while the version before it serves", async () => {
    const tenant = await newTenant();
    const { library, tenantId } = tenant;
    await library.read("a.md", "The elephant is grey.");
    const added = await library.add("a.md", "The elephant is green.");
    await giveUp(world.db, { tenantId, ...added }, "document.given_up");
    expect((await tenant.documents.list({})).documents).toMatchObject([
      { status: "failed", failureCode: "document.given_up", servedVersion: 1, versionId: added.versionId },
    ]);

    await tenant.documents.retry({ documentId: added.documentId });
    expect((await tenant.documents.list({})).documents).toMatchObject([
      { status: "queued", failureCode: null, failure: null, servedVersion: 1 },
    ]);
    expect((await library.search("elephant")).map(({ text }) => text)).toEqual(["The elephant is grey."]);
    const ordered = world.orders.at(-1);
    expect(ordered).toEqual({
      name: "ingestDocument",
      order: { tenantId, documentId: added.documentId, versionId: added.versionId },
    });
    await library.ingest(ordered?.order as never);
    expect((await library.search("elephant")).map(({ text }) => text)).toEqual(["The elephant is green."]);
  });

  test("is not cleared away when it is tried again while its first try is being cleared", async () => {
    const tenant = await newTenant();
    const { library, tenantId } = tenant;
    const { documentId, versionId } = await library.add("a.md", "The elephant is grey.");
    await giveUp(world.db, { tenantId, documentId, versionId }, "document.given_up");
    await world.db.transaction(tenantId, (tx) => tx.execute(sql`update document_versions set chunk_state = 'hidden'`));
    let looked = 0;
    const between: World["db"] = {
      ...world.db,
      async read(scope, query) {
        const found = await world.db.read(scope, query);
        looked += 1;
        if (looked > 1) return found;
        await tenant.documents.retry({ documentId });
        await library.ingest({ tenantId, documentId, versionId });
        return found;
      },
    };
    await clearDocument({ db: between, objects: testObjects }, { tenantId, documentId });
    expect(looked).toBeGreaterThan(0);
    expect(await library.search("elephant")).toHaveLength(1);
  });

  test("has to have failed, and be there", async () => {
    const tenant = await newTenant();
    const { documentId } = await tenant.library.read("a.md", "The elephant is grey.");
    await expect(tenant.documents.retry({ documentId })).rejects.toMatchObject(refusedWith("document.not_failed"));
    await tenant.documents.remove({ documentId });
    expect(await tenant.library.search("elephant")).toEqual([]);
    expect(await tenant.audited()).toMatchObject([{ action: "document.removed", targetId: documentId }]);
    await expect(tenant.documents.retry({ documentId })).rejects.toMatchObject(refusedWith("document.not_found"));
    await expect(tenant.documents.remove({ documentId })).rejects.toMatchObject(refusedWith("document.not_found"));
  });
});
