import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DocumentVersionId, limits, SourceId, type TenantId } from "@parley/contracts";
import { auditLog, documentVersions } from "@parley/db/schema";
import { objectKey } from "@parley/platform/objects/object-store";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { makePdf, pageOf } from "../testing/make-pdf.ts";
import { testObjects } from "../testing/test-objects.ts";
import { createWorld, type World } from "../testing/world.ts";
import { addDocument } from "./add-document.ts";
import { giveUp, ingestDocument } from "./ingest-document.ts";
import type { Embedder, EmbedOptions } from "./passage.ts";
import { readDocument } from "./read-document.ts";
import { addUpload } from "./uploads/add-upload.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const never = new AbortController().signal;
const exact = { hidden: 0, mistaken: 0 };

async function newLibrary() {
  const place = await world.tenant();
  const embedder = createWordEmbedder();
  const library = createLibrary(world.db, place.tenantId, embedder);
  const { sources, documents } = place.api.knowledge;
  return {
    ...place,
    ...library,
    embedder,
    sources,
    documents,
    listed: async (filter: Parameters<typeof documents.list>[0] = {}) => (await documents.list(filter)).documents,
    sourceId: async (name = "docs") => {
      const source = (await sources.list()).sources.find((one) => one.name === name);
      if (!source) throw new Error("there is no such source");
      return source.id;
    },
    audited: async () =>
      (await world.db.read(place.tenantId, (read) => read.select().from(auditLog).orderBy(auditLog.seq))).map(
        ({ action, actorId, targetId, details, ip }) => ({ action, actorId, targetId, details, ip }),
      ),
    /** What was told of the document. */
    told: async () => (await world.announced(place.tenantId)).filter(({ type }) => type === "document.changed").length,
  };
}

/** An embedder that makes a batch's vectors, and hangs at the next one until nobody wants it. */
function hangAtSecond(embedder: Embedder): { embedder: Embedder; hangs: Promise<void> } {
  const { promise: hangs, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  return {
    hangs,
    embedder: {
      ...embedder,
      embed(texts, options: EmbedOptions = {}) {
        calls += 1;
        if (calls === 1) return createWordEmbedder().embed(texts, options);
        resolve();
        return new Promise((_, reject) =>
          options.signal?.addEventListener("abort", () => reject(options.signal?.reason as Error)),
        );
      },
    },
  };
}

const ordersOf = (tenantId: TenantId) =>
  world.orders.filter(
    ({ name, order }) => name === "ingestDocument" && "tenantId" in order && order.tenantId === tenantId,
  );

describe("a document that is read in", () => {
  test("says how many of its chunks are embedded, and tells of it twenty times at most beside its beginning and its end", async () => {
    const library = await newLibrary();
    await library.add("a.md", sections(400, "elephant"));
    const seen: unknown[] = [];
    library.embedder.before = async () => {
      const [document] = await library.listed();
      seen.push(document?.progress);
    };
    const before = await library.told();
    await library.ingest();
    expect(seen).toEqual([null, ...Array.from({ length: 49 }, (_, index) => ({ done: 8 * (index + 1), of: 400 }))]);
    expect((await library.told()) - before).toBeLessThanOrEqual(23);
    expect((await library.told()) - before).toBeGreaterThanOrEqual(20);
    expect(await library.listed()).toMatchObject([{ status: "ready", progress: null }]);
  });

  test("says so where an earlier attempt has begun, and of a short one nothing", async () => {
    const library = await newLibrary();
    const { documentId } = await library.add("a.md", sections(40, "elephant"));
    const [order] = library.orders.splice(0);
    let calls = 0;
    library.embedder.before = () => {
      calls += 1;
      if (calls === 3) throw new Error("killed");
    };
    await expect(library.ingest(order)).rejects.toThrow("killed");
    const versions = async () => (await library.documents.get({ documentId })).versions;
    expect(await versions()).toMatchObject([{ status: "embedding", progress: { done: 16, of: 40 } }]);
    const seen: unknown[] = [];
    library.embedder.before = async () => void seen.push((await versions())[0]?.progress);
    await library.ingest(order);
    expect(seen).toEqual([null, { done: 24, of: 40 }, { done: 32, of: 40 }]);
    seen.length = 0;
    await library.read("a.md", "The elephant is grey.");
    expect(seen).toEqual([null]);
  });

  /** Adds a file of a hundred pages, and notes what is told of them while it is read. */
  async function uploadPages({ stopsAtFirst = false } = {}) {
    const library = await newLibrary();
    const { tenantId, member } = library;
    const sourceId = SourceId.parse(randomUUID());
    await library.sources.create({ id: sourceId, kind: "upload", name: "Files" });
    const versionId = DocumentVersionId.parse(randomUUID());
    const bytes = makePdf(pageOf("The elephant is grey."), 100);
    await testObjects.put(objectKey(tenantId, sourceId, versionId), Readable.from([bytes]), bytes.length);
    const by = { memberId: member.memberId, ip: "192.0.2.1" };
    const file = { sourceId, versionId, path: "a.pdf", sizeBytes: bytes.length, sha256: "0".repeat(64) };
    const added = await world.db.transaction(tenantId, (tx) => addUpload(tx, { send: async () => {} }, by, file));
    const seen: unknown[] = [];
    const watched: World["db"] = {
      ...world.db,
      async transaction(scope, work) {
        const done = await world.db.transaction(scope, work);
        const [document] = await library.listed();
        if (document?.status !== "parsing" || !document.progress) return done;
        seen.push(document.progress);
        if (stopsAtFirst && seen.length === 1) await library.documents.stop({ documentId: added.documentId });
        return done;
      },
    };
    const services = { db: watched, embedder: library.embedder, objects: testObjects };
    return { ...library, ...added, seen, ingestFile: () => ingestDocument(services, { tenantId, ...added }, never) };
  }

  test("says how many pages of its file are read", async () => {
    const library = await uploadPages();
    expect(await library.ingestFile()).toBe(true);
    expect(library.seen).toEqual([25, 50, 75, 100].map((done) => ({ done, of: 100 })));
    expect(await library.listed()).toMatchObject([{ status: "ready", progress: null }]);
  });

  test("is stopped while its file is read, and can be tried again", async () => {
    const library = await uploadPages({ stopsAtFirst: true });
    expect(await library.ingestFile()).toBe(false);
    expect(library.seen).toEqual([{ done: 25, of: 100 }]);
    expect(await library.listed()).toMatchObject([{ status: "failed", failureCode: "document.stopped" }]);
    await library.documents.retry({ documentId: library.documentId });
    expect(await library.ingestFile()).toBe(true);
    expect(await library.search("elephant")).not.toEqual([]);
  });
});

describe("a document whose reading is stopped", () => {
  test("is read no further within moments, however its embedder hangs; what is in use stays, and it can be tried again", async () => {
    const library = await newLibrary();
    const { documentId } = await library.read("a.md", "The elephant is grey.");
    await library.add("a.md", sections(40, "elephant"));
    const [order] = library.orders.splice(0);
    if (!order) throw new Error("an added document is ordered to be read in");
    const { embedder, hangs } = hangAtSecond(library.embedder);
    const reading = ingestDocument({ db: world.db, embedder, objects: testObjects }, order, never);
    await hangs;
    const before = await library.told();
    await library.documents.stop({ documentId });
    expect(await library.listed()).toMatchObject([
      { status: "failed", failureCode: "document.stopped", progress: null, version: 2, servedVersion: 1 },
    ]);
    expect(await library.told()).toBe(before + 1);
    expect(await reading).toBe(false);
    expect((await library.search("elephant")).map(({ text }) => text)).toEqual(["The elephant is grey."]);
    // Nothing is left of it.
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 1, stored: 1, embeddings: 1 });
    expect(await library.audited()).toEqual([
      {
        action: "document.stopped",
        actorId: library.member.memberId,
        targetId: documentId,
        details: {},
        ip: "192.0.2.1",
      },
    ]);

    await library.documents.retry({ documentId });
    expect(ordersOf(library.tenantId).at(-1)?.order).toEqual(order);
    await library.ingest(order);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 40, stored: 40 });
  });

  test("before its turn came is not read in; it can be tried again, and removed", async () => {
    const library = await newLibrary();
    const { documentId } = await library.add("a.md", "The elephant is grey.");
    const [order] = library.orders.splice(0);
    await library.documents.stop({ documentId });
    await library.ingest(order);
    expect(await library.listed()).toMatchObject([{ status: "failed", servedVersion: null }]);
    expect(await library.search("elephant")).toEqual([]);
    await library.documents.retry({ documentId });
    await library.ingest(order);
    expect(await library.search("elephant")).toHaveLength(1);

    const { documentId: other } = await library.add("b.md", "The lion is yellow.");
    await library.documents.stop({ documentId: other });
    await library.documents.remove({ documentId: other });
    expect(await library.listed()).toMatchObject([{ path: "a.md" }]);
  });

  test("has none of its versions read in, also where a newer one waits behind it", async () => {
    const library = await newLibrary();
    const { documentId } = await library.add("a.md", "The elephant is grey.");
    await library.add("a.md", "The elephant is green.");
    await library.documents.stop({ documentId });
    while (library.orders.length > 0) await library.ingest();
    expect(await library.search("elephant")).toEqual([]);
  });

  test("has to be on its way, and be there", async () => {
    const [library, other] = [await newLibrary(), await newLibrary()];
    const { documentId } = await library.read("a.md", "The elephant is grey.");
    await expect(library.documents.stop({ documentId })).rejects.toThrow("document.not_under_way");
    const { documentId: theirs } = await other.add("a.md", "The elephant is grey.");
    await expect(library.documents.stop({ documentId: theirs })).rejects.toThrow("document.not_found");
    await library.add("a.md", "The elephant is green.");
    await library.documents.remove({ documentId });
    await expect(library.documents.stop({ documentId })).rejects.toThrow("document.not_found");
    expect((await library.audited()).map(({ action }) => action)).toEqual(["document.removed"]);
    expect(await other.listed()).toMatchObject([{ status: "queued" }]);
  });

  test("and is a page of a site, is not read again as it is, and is once it has changed; a file that is given again is", async () => {
    const library = await newLibrary();
    const give = async (text: string, fetched?: { depth: number }) => {
      const document = await readDocument(new TextEncoder().encode(text), "a.md");
      const jobs = { send: async () => {} };
      return world.db.transaction(library.tenantId, (tx) =>
        addDocument(tx, jobs, {
          source: fetched ? "site" : "docs",
          path: "a.md",
          ...(fetched && { fetched }),
          ...document,
        }),
      );
    };
    for (const [fetched, outcome] of [[{ depth: 0 }, "unchanged"] as const, [undefined, "queued"] as const]) {
      const { documentId } = await give("The elephant is grey.", fetched);
      await library.documents.stop({ documentId });
      expect(await give("The elephant is grey.", fetched)).toMatchObject({ documentId, outcome });
      expect(await give("The elephant is green.", fetched)).toMatchObject({ documentId, outcome: "queued" });
    }
  });
});

describe("a source whose reading is stopped", () => {
  test("has all that waits read no further, at once; what is in use, what is read and other sources stay as they are", async () => {
    const library = await newLibrary();
    await library.read("ready.md", "The elephant is grey.");
    await library.add("ready.md", "The elephant is green.");
    await library.add("reading.md", sections(40, "giraffe"));
    await library.add("waiting.md", "The lion is yellow.");
    await library.add("other.md", "The zebra has stripes.", "others");
    const [, order] = library.orders;
    if (!order) throw new Error("an added document is ordered to be read in");
    const { embedder, hangs } = hangAtSecond(library.embedder);
    const reading = ingestDocument({ db: world.db, embedder, objects: testObjects }, order, never);
    await hangs;
    const sourceId = await library.sourceId();
    await library.sources.stop({ sourceId });
    expect(await reading).toBe(false);
    const stopped = { status: "failed", failureCode: "document.stopped" };
    expect(await library.listed({ sourceId })).toMatchObject([
      { path: "reading.md", ...stopped },
      { path: "ready.md", servedVersion: 1, ...stopped },
      { path: "waiting.md", ...stopped },
    ]);
    while (library.orders.length > 0) await library.ingest();
    const found = await library.search("elephant giraffe lion zebra");
    expect(found.map(({ text }) => text).toSorted()).toEqual(["The elephant is grey.", "The zebra has stripes."]);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 2, stored: 2 });
    expect(await library.audited()).toMatchObject([
      { action: "source.stopped", targetId: sourceId, details: { documents: 3 } },
    ]);
    expect((await world.announced(library.tenantId)).filter(({ type }) => type === "source.changed")).toEqual([
      { type: "source.changed", sourceId },
    ]);
    await expect(library.sources.stop({ sourceId })).rejects.toThrow("document.not_under_way");
  });

  test("is one's own", async () => {
    const [library, other] = [await newLibrary(), await newLibrary()];
    await other.add("a.md", "The elephant is grey.");
    await expect(library.sources.stop({ sourceId: await other.sourceId() })).rejects.toThrow("source.not_found");
    expect(await other.listed()).toMatchObject([{ status: "queued" }]);
  });
});

describe("a source's documents that failed", () => {
  test("are all tried again, some at a time, each once, and nothing else is", async () => {
    const library = await newLibrary();
    await library.read("ready.md", "The elephant is grey.");
    const failed: string[] = [];
    for (let number = 0; number < 60; number += 1) {
      const added = await library.add(`${number}.md`, `The lion number ${number} is yellow.`);
      await giveUp(world.db, { tenantId: library.tenantId, ...added }, "document.given_up");
      failed.push(added.versionId);
    }
    const discarded = await library.add("discarded.md", "The lion is blue.");
    await giveUp(world.db, { tenantId: library.tenantId, ...discarded }, "document.discarded");
    const other = await library.add("other.md", "The zebra has stripes.", "others");
    await giveUp(world.db, { tenantId: library.tenantId, ...other }, "document.given_up");

    const sourceId = await library.sourceId();
    const first = await library.sources.retryFailed({ sourceId });
    expect(await library.listed({ sourceId, state: "failed" })).toHaveLength(11);
    if (!first.last) throw new Error("there are more");
    // One of the first fails again meanwhile: it is not tried a second time.
    const [again] = await library.listed({ sourceId, state: "queued" });
    if (!again) throw new Error("some are queued");
    const order = { tenantId: library.tenantId, documentId: again.id, versionId: again.versionId };
    await giveUp(world.db, order, "document.given_up");
    expect(await library.sources.retryFailed({ sourceId, after: first.last })).toEqual({ last: null });

    const left = (await library.listed({ sourceId, state: "failed" })).map(({ id }) => id);
    expect(left.toSorted()).toEqual([again.id, discarded.documentId].toSorted());
    expect((await library.sources.list()).sources.find(({ id }) => id === sourceId)?.documents).toMatchObject({
      failed: 2,
      discarded: 1,
    });
    const ordered = ordersOf(library.tenantId).map((one) => (one.order as typeof order).versionId);
    expect(ordered.toSorted()).toEqual(failed.toSorted());
    expect(await library.listed({ state: "failed" })).toHaveLength(3);
  });

  test("are not, where more would wait than a workspace may have", async () => {
    const library = await newLibrary();
    const added = await library.add("a.md", "The elephant is grey.");
    await giveUp(world.db, { tenantId: library.tenantId, ...added }, "document.given_up");
    const { documentId } = await library.add("b.md", "The lion is yellow.");
    await world.db.transaction(library.tenantId, (tx) =>
      tx.execute(sql`
        insert into document_versions (document_id, version, title, media_type, content, content_sha256)
        select ${documentId}, version, 'b', 'text/plain', '', '' from generate_series(2, ${limits.waitingDocuments}::integer) version`),
    );
    const sourceId = await library.sourceId();
    await expect(library.sources.retryFailed({ sourceId })).rejects.toThrow("document.queue_full");
    expect(await library.listed({ state: "failed" })).toHaveLength(1);
    await world.db.transaction(library.tenantId, (tx) =>
      tx.delete(documentVersions).where(eq(documentVersions.version, limits.waitingDocuments)),
    );
    expect(await library.sources.retryFailed({ sourceId })).toEqual({ last: null });
    expect(await library.listed({ state: "failed" })).toEqual([]);
  });

  test("are one's own", async () => {
    const [library, other] = [await newLibrary(), await newLibrary()];
    const added = await other.add("a.md", "The elephant is grey.");
    await giveUp(world.db, { tenantId: other.tenantId, ...added }, "document.given_up");
    const sourceId = await other.sourceId();
    await expect(library.sources.retryFailed({ sourceId })).rejects.toThrow("source.not_found");
    expect(await other.listed()).toMatchObject([{ status: "failed" }]);
  });
});

describe("a search for documents", () => {
  test("finds what has the words in its path or its newest version's title, whatever their case, and takes them as they are", async () => {
    const library = await newLibrary();
    await library.read("prices/2026.md", "# What it costs\n\nText");
    await library.read("b.md", "# Old name\n\nText");
    await library.add("b.md", "# 100% new_name\n\nText");
    await library.add("c.md", "# 1000 newXname\n\nText");
    await library.add("d.md", "# A \\ of its own\n\nText");
    const found = async (search: string) => (await library.listed({ search })).map(({ path }) => path);
    expect(await found("PRICES/")).toEqual(["prices/2026.md"]);
    expect(await found("what IT")).toEqual(["prices/2026.md"]);
    expect(await found("Old name")).toEqual([]);
    expect(await found("100%")).toEqual(["b.md"]);
    expect(await found("new_name")).toEqual(["b.md"]);
    expect(await found("\\")).toEqual(["d.md"]);
    expect(await found("%")).toEqual(["b.md"]);
    expect(await library.listed({ search: "b.md" })).toMatchObject([{ version: 2, servedVersion: 1 }]);
    await expect(found("")).rejects.toThrow();
    await expect(found("a\0b")).rejects.toThrow();
  });

  test("goes page by page, with a source and a state, and finds nothing of another workspace", async () => {
    const [library, other] = [await newLibrary(), await newLibrary()];
    await other.add("page-of-theirs.md", "Text");
    for (let number = 0; number < 102; number += 1) {
      await library.add(`${number % 2 ? "page" : "other"}-${String(number).padStart(3, "0")}.md`, `Text ${number}`);
      if (number === 99) for (let more = 0; more < 52; more += 1) await library.add(`page-x${more}.md`, `More ${more}`);
    }
    const first = await library.documents.list({ search: "page" });
    expect(first.documents).toHaveLength(100);
    expect(first.complete).toBe(false);
    const last = first.documents.at(-1);
    if (!last) throw new Error("there is a last one");
    const second = await library.documents.list({
      search: "page",
      after: { source: last.source, path: last.path, id: last.id },
    });
    expect(second.complete).toBe(true);
    const paths = [...first.documents, ...second.documents].map(({ path }) => path);
    expect(new Set(paths).size).toBe(103);
    expect(paths.filter((path) => !path.startsWith("page-"))).toEqual([]);
    const sourceId = await library.sourceId();
    expect(await library.listed({ search: "page", sourceId, state: "ready" })).toEqual([]);
    expect(await library.listed({ search: "page-001", sourceId, state: "queued" })).toHaveLength(1);
  });
});
