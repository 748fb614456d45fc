import { randomUUID } from "node:crypto";
import { DocumentId, type TenantId } from "@parley/contracts";
import { changeChecks, documents, documentVersions } from "@parley/db/schema";
import { asc, eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { testObjects } from "../testing/test-objects.ts";
import { createWorld, type World } from "../testing/world.ts";
import { clearDocument } from "./clear-document.ts";
import { findVersionStatus } from "./find-version-status.ts";
import { giveUp, ingestDocument } from "./ingest-document.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function newLibrary() {
  const place = await world.tenant();
  const embedder = createWordEmbedder();
  return { ...place, embedder, ...createLibrary(world.db, place.tenantId, embedder) };
}
const versionsOf = (tenantId: TenantId) =>
  world.db.read(tenantId, (read) =>
    read
      .select({ version: documentVersions.version, status: documentVersions.status, failure: documentVersions.failure })
      .from(documentVersions)
      .orderBy(asc(documentVersions.createdAt), asc(documentVersions.version)),
  );
const never = new AbortController().signal;
const exact = { hidden: 0, mistaken: 0 };

describe("a document", () => {
  test("is found once it is ready, by its words, with its place in the text", async () => {
    const library = await newLibrary();
    const text = "# Shop\n\nWelcome to the shop.\n\n## Returns\n\nYou may return a purchase within thirty days.\n";
    const { documentId, versionId, outcome } = await library.add("guide/shop.md", text);
    expect(outcome).toBe("queued");
    expect(await library.search("return a purchase")).toEqual([]);
    expect(await findVersionStatus(world.db, library.tenantId, versionId)).toEqual({
      status: "queued",
      failure: null,
      waitsFor: null,
      chunks: 0,
    });

    await library.ingest();

    const [passage] = await library.search("How can I return a purchase?");
    expect(passage).toMatchObject({
      documentId,
      documentVersionId: versionId,
      title: "Shop",
      path: "guide/shop.md",
      mediaType: "text/markdown",
      headingPath: ["Shop", "Returns"],
      text: "You may return a purchase within thirty days.",
    });
    expect(text.slice(passage?.start, passage?.end)).toBe(passage?.text);
    expect(await findVersionStatus(world.db, library.tenantId, versionId)).toEqual({
      status: "ready",
      failure: null,
      waitsFor: null,
      chunks: 2,
    });
    const changes = (await world.announced(library.tenantId)).filter(({ type }) => type === "document.changed");
    expect(changes).toHaveLength(3); // queued, parsing, ready
    expect(changes[0]).toEqual({ type: "document.changed", documentId });
  });

  test("that is added again unchanged costs nothing", async () => {
    const library = await newLibrary();
    const first = await library.read("a.md", "# A\n\nText");
    const announced = (await world.announced(library.tenantId)).length;
    const again = await library.add("a.md", "# A\r\n\r\nText");
    expect(again).toEqual({ ...first, outcome: "unchanged" });
    expect(library.orders).toEqual([]);
    expect(await world.announced(library.tenantId)).toHaveLength(announced);
  });

  test("that is on its way is not queued a second time", async () => {
    const library = await newLibrary();
    const first = await library.add("a.md", "Text");
    expect(await library.add("a.md", "Text")).toEqual({ ...first, outcome: "unchanged" });
    expect(library.orders).toHaveLength(1);
  });

  test("has a version for each content, and goes back to an earlier one as a new version", async () => {
    const library = await newLibrary();
    for (const text of ["One text", "Two texts", "One text"]) await library.read("a.md", text);
    expect(await versionsOf(library.tenantId)).toMatchObject([{ version: 1 }, { version: 2 }, { version: 3 }]);
    expect((await library.search("text")).map(({ text }) => text)).toEqual(["One text"]);
  });

  test("is another one under another source", async () => {
    const library = await newLibrary();
    const { documentId } = await library.add("a.md", "Text", "one");
    expect((await library.add("a.md", "Text", "two")).documentId).not.toBe(documentId);
  });
});

describe("a new version", () => {
  test("takes the place of the one before at once and whole; until then that one serves", async () => {
    const library = await newLibrary();
    await library.read("a.md", sections(30, "elephant"));
    const before = await library.audit();
    await library.add("a.md", sections(50, "giraffe"));

    const seen: string[] = [];
    library.embedder.before = async () => {
      library.embedder.before = () => {};
      seen.push(...(await library.search("elephant giraffe", 50)).map(({ text }) => text.split(" ")[1] ?? ""));
      expect(await library.audit()).toMatchObject({ keptChunks: before?.keptChunks, keptLength: before?.keptLength });
    };
    await library.ingest();

    expect(new Set(seen)).toEqual(new Set(["elephant"]));
    expect(new Set((await library.search("elephant giraffe", 50)).map(({ text }) => text.split(" ")[1]))).toEqual(
      new Set(["giraffe"]),
    );
    const after = await library.audit();
    expect(after).toMatchObject({ ...exact, chunks: 50, stored: 50, embeddings: 50, keptChunks: 50 });
  });

  test("that fails leaves the one before in service, and says why", async () => {
    const library = await newLibrary();
    await library.read("a.md", "The elephant is grey.");
    await library.add("a.md", "<!-- a giraffe, but for nobody to see -->\n\n---\n");
    await library.ingest();
    expect(await versionsOf(library.tenantId)).toMatchObject([
      { status: "ready" },
      { status: "failed", failure: "The document holds no text that can be searched." },
    ]);
    expect(await library.search("elephant")).toMatchObject([{ text: "The elephant is grey." }]);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 1 });
  });

  test("that failed is queued again when it is added again", async () => {
    const library = await newLibrary();
    const { versionId } = await library.add("a.md", "Text");
    const [order] = library.orders.splice(0);
    if (order) await giveUp(world.db, order, "document.broken");
    const again = await library.add("a.md", "Text");
    expect(again.outcome).toBe("queued");
    expect(again.versionId).not.toBe(versionId);
  });

  test("that a newer one has overtaken is not read in, in whichever order they come", async () => {
    const library = await newLibrary();
    await library.add("a.md", "The elephant is grey.");
    await library.add("a.md", "The giraffe is tall.");
    const [older, newer] = library.orders.splice(0);
    let embedded = 0;
    library.embedder.before = () => {
      embedded += 1;
    };
    await library.ingest(newer);
    await library.ingest(older);
    expect(await versionsOf(library.tenantId)).toMatchObject([
      { status: "failed", failure: "A newer version of the document came before this one was read in." },
      { status: "ready" },
    ]);
    expect(embedded).toBe(1);
    expect(await library.search("elephant giraffe")).toMatchObject([{ text: "The giraffe is tall." }]);
  });

  test("that is overtaken by one that waits to be published does not take its place", async () => {
    const library = await newLibrary();
    await world.db.transaction(library.tenantId, (tx) => tx.insert(changeChecks).values({ mode: "ask" }));
    await library.add("a.md", sections(20, "elephant"));
    const [older] = library.orders.splice(0);
    library.embedder.before = async () => {
      library.embedder.before = () => {};
      await library.read("a.md", "The giraffe is tall.");
    };
    await library.ingest(older);
    const failure = "A newer version of the document came before this one was read in.";
    expect(await versionsOf(library.tenantId)).toMatchObject([{ status: "failed", failure }, { status: "held" }]);
    expect(await library.audit()).toMatchObject({ keptChunks: 0, stored: 1 });
  });

  test("that is overtaken while it is read in does not come back over the newer one", async () => {
    const library = await newLibrary();
    await library.add("a.md", sections(20, "elephant"));
    const [older] = library.orders.splice(0);
    library.embedder.before = async () => {
      library.embedder.before = () => {};
      await library.read("a.md", "The giraffe is tall.");
    };
    await library.ingest(older);
    expect(await library.search("elephant giraffe")).toMatchObject([{ text: "The giraffe is tall." }]);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 1, stored: 1 });
  });
});

describe("an attempt to read a version in", () => {
  test("that died in the middle is gone on with by the next one", async () => {
    const library = await newLibrary();
    await library.add("a.md", sections(40, "elephant"));
    const [order] = library.orders.splice(0);
    let calls = 0;
    library.embedder.before = () => {
      calls += 1;
      if (calls === 3) throw new Error("killed");
    };
    await expect(library.ingest(order)).rejects.toThrow("killed");
    expect(await library.search("elephant")).toEqual([]);
    expect(await library.audit()).toMatchObject({ keptChunks: 0, stored: 16, hidden: 1 });

    calls = 10;
    await library.ingest(order);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 40, stored: 40, embeddings: 40 });
    // The last three of five batches.
    expect(calls).toBe(13);
  });

  test.each([
    ["a chunk is gone", sql`delete from chunks where ordinal = 3`],
    ["chunks were cut otherwise", sql`update chunks set start_offset = start_offset - 1`],
    ["a vector is of another embedder", sql`update embeddings set embedder_id = 'another'`],
  ])("begins anew where %s of what an earlier one has written", async (_, change) => {
    const library = await newLibrary();
    await library.add("a.md", sections(40, "elephant"));
    const [order] = library.orders.splice(0);
    let calls = 0;
    library.embedder.before = () => {
      calls += 1;
      if (calls === 3) throw new Error("killed");
    };
    await expect(library.ingest(order)).rejects.toThrow("killed");
    await world.db.transaction(library.tenantId, (tx) => tx.execute(change));
    await library.ingest(order);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 40, stored: 40, embeddings: 40 });
    expect(calls).toBe(3 + 5);
  });

  test("that still runs when another one has begun writes no more", async () => {
    const library = await newLibrary();
    await library.add("a.md", sections(40, "elephant"));
    const [order] = library.orders.splice(0);
    const begun = Promise.withResolvers<void>();
    const proceed = Promise.withResolvers<void>();
    let second = Promise.resolve();
    let calls = 0;
    library.embedder.before = async () => {
      calls += 1;
      if (calls === 3) {
        second = library.ingest(order);
        await begun.promise;
      } else if (calls === 4) {
        begun.resolve();
        await proceed.promise;
      }
    };
    await library.ingest(order);
    expect(await library.audit()).toMatchObject({ keptChunks: 0, stored: 16, hidden: 1 });
    proceed.resolve();
    await second;
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 40, stored: 40, embeddings: 40 });
    expect(await versionsOf(library.tenantId)).toMatchObject([{ status: "ready" }]);
  });

  test("ends with the signal, and can be made again", async () => {
    const library = await newLibrary();
    await library.add("a.md", sections(40, "elephant"));
    const [order] = library.orders.splice(0);
    await expect(library.ingest(order, AbortSignal.abort(new Error("stopping")))).rejects.toThrow("stopping");
    await library.ingest(order);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 40 });
  });

  test("of a version that is ready changes nothing", async () => {
    const library = await newLibrary();
    await library.add("a.md", "Text");
    const [order] = library.orders.splice(0);
    await library.ingest(order);
    const announced = (await world.announced(library.tenantId)).length;
    await library.ingest(order);
    expect(await world.announced(library.tenantId)).toHaveLength(announced);
  });

  test("with another tenant's document has no effect", async () => {
    const ours = await newLibrary();
    const theirs = await newLibrary();
    await theirs.add("a.md", "Text");
    const [order] = theirs.orders.splice(0);
    if (!order) throw new Error("an added document is ordered to be read in");
    await ingestDocument(
      { db: world.db, embedder: ours.embedder, objects: testObjects },
      { ...order, tenantId: ours.tenantId },
      never,
    );
    expect(await versionsOf(theirs.tenantId)).toMatchObject([{ status: "queued" }]);
    expect(await versionsOf(ours.tenantId)).toEqual([]);
  });
});

describe("a removed document", () => {
  test("is found no more from that moment, and its rows go", async () => {
    const library = await newLibrary();
    const { documentId } = await library.read("a.md", sections(40, "elephant"));
    await library.read("b.md", "The giraffe is tall.");
    await library.remove(documentId);
    expect(await library.search("elephant giraffe")).toMatchObject([{ text: "The giraffe is tall." }]);
    expect(await library.audit()).toMatchObject({ keptChunks: 1, stored: 41, hidden: 1 });

    await clearDocument({ db: world.db, objects: testObjects }, { tenantId: library.tenantId, documentId });
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 1, stored: 1 });
    expect(await world.db.read(library.tenantId, (read) => read.select().from(documents))).toHaveLength(1);
  });

  test("that is being read in does not come back", async () => {
    const library = await newLibrary();
    const { documentId } = await library.add("a.md", sections(40, "elephant"));
    library.embedder.before = async () => {
      library.embedder.before = () => {};
      await library.remove(documentId);
    };
    await library.ingest();
    await clearDocument({ db: world.db, objects: testObjects }, { tenantId: library.tenantId, documentId });
    expect(await library.search("elephant")).toEqual([]);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 0, stored: 0 });
  });

  test("comes back when it is added again, even unchanged", async () => {
    const library = await newLibrary();
    const { documentId } = await library.read("a.md", "The elephant is grey.");
    await library.remove(documentId);
    expect((await library.read("a.md", "The elephant is grey.")).outcome).toBe("queued");
    await clearDocument({ db: world.db, objects: testObjects }, { tenantId: library.tenantId, documentId });
    expect(await library.search("elephant")).toHaveLength(1);
    expect(await library.audit()).toMatchObject({ ...exact, keptChunks: 1, stored: 1 });
  });

  test("is not there for who does not have it", async () => {
    const ours = await newLibrary();
    const theirs = await newLibrary();
    const { documentId } = await theirs.read("a.md", "Text");
    await expect(ours.remove(documentId)).rejects.toMatchObject({ code: "document.not_found" });
    await expect(ours.remove(DocumentId.parse(randomUUID()))).rejects.toMatchObject({ code: "document.not_found" });
    expect(await theirs.search("text")).toHaveLength(1);
  });
});

describe("the corpus's sums", () => {
  test("equal a count anew after whatever happened, failures included", async () => {
    const step = fc.record({
      what: fc.constantFrom("read", "add", "fail", "ingest", "remove"),
      path: fc.constantFrom("a.md", "b.md", "c.md"),
      parts: fc.integer({ min: 1, max: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const library = await newLibrary();
        const known = new Map<string, DocumentId>();
        for (const [index, { what, path, parts }] of steps.entries()) {
          const documentId = known.get(path);
          if (what === "remove" && documentId) {
            await library.remove(documentId);
            known.delete(path);
          } else if (what === "ingest") {
            await library.ingest();
          } else if (what !== "remove") {
            const added = await library.add(path, sections(parts, `word${index}`));
            known.set(path, added.documentId);
            if (what === "fail") {
              library.embedder.before = () => {
                throw new Error("killed");
              };
              await library.ingest().catch(() => {}); // the order is lost with it, as if its job had been given up
              library.embedder.before = () => {};
            }
            if (what === "read") while (library.orders.length > 0) await library.ingest();
          }
          const audit = await library.audit();
          expect(audit).toMatchObject({ mistaken: 0, keptChunks: audit?.chunks, keptLength: audit?.length });
          expect(audit?.postedLength).toBe(audit?.length);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  test("are right after many documents were read in side by side, over and over, with removals among them", async () => {
    const library = await newLibrary();
    for (let round = 0; round < 4; round += 1) {
      const added = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          library.add(`${index % 5}.md`, sections(3 + ((index * 7 + round) % 12), `w${round}`)),
        ),
      );
      const orders = library.orders.splice(0);
      const [first] = added;
      await Promise.all([
        ...orders.map((order) => library.ingest(order)),
        ...orders.slice(0, 3).map((order) => library.ingest(order)),
        first && library.remove(first.documentId),
      ]);
    }
    const audit = await library.audit();
    expect(audit).toMatchObject({ mistaken: 0, keptChunks: audit?.chunks, keptLength: audit?.length });
    expect(audit?.postedLength).toBe(audit?.length);
    expect(audit?.chunks).toBeGreaterThan(0);
  });
});

describe("search", () => {
  test("gives the same scores for the same documents, whatever the neighbours have", async () => {
    const ours = await newLibrary();
    const text = sections(5, "elephant");
    await ours.read("a.md", text);
    const alone = await ours.search("Which elephant is number 3?");
    const theirs = await newLibrary();
    for (let index = 0; index < 10; index += 1) await theirs.read(`${index}.md`, sections(20, "elephant"));
    expect(await ours.search("Which elephant is number 3?")).toEqual(alone);
    const found = await theirs.search("elephant", 50);
    expect(found).toHaveLength(50);
    expect(found.some(({ documentId }) => documentId === alone[0]?.documentId)).toBe(false);
  });

  test("of nothing, of stop words, of signs and of a whole page is answered", async () => {
    const library = await newLibrary();
    expect(await library.search("anything")).toEqual([]);
    await library.read("a.md", "The elephant is grey.");
    for (const question of ["who are you", "???", "😀", "' or 1=1 --", "<b>&amp;|!:*", "elephant ".repeat(400), ""]) {
      expect(await library.search(question)).toHaveLength(1);
    }
  });

  test("counts a term's weight as BM25 does", async () => {
    const library = await newLibrary();
    await library.read("a.txt", "zebra zebra lion");
    await library.read("b.txt", "zebra tiger bear wolf");
    await library.read("c.txt", "lion fox");
    const found = await library.search("zebra fox");
    const idf = (documents: number) => Math.log(1 + (3 - documents + 0.5) / (documents + 0.5));
    const weight = (frequency: number, length: number) => frequency / (frequency + 1.2 * (0.25 + (0.75 * length) / 3));
    const highest = idf(2) + idf(1);
    const expected = { "a.txt": idf(2) * weight(2, 3), "b.txt": idf(2) * weight(1, 4), "c.txt": idf(1) * weight(1, 2) };
    for (const { path, lexical, cosine, score } of found) {
      expect(lexical).toBeCloseTo(expected[path as keyof typeof expected] / highest, 6);
      // Of the best sentence, which here is the whole text, c.txt and the others hold one of two words.
      const held = (path === "c.txt" ? idf(1) : idf(2)) / highest;
      expect(score).toBeCloseTo(0.9 * (0.4 * lexical + 0.6 * cosine) + 0.1 * 0.5 * held, 6);
    }
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
  });

  test("finds by words what another embedder has embedded", async () => {
    const library = await newLibrary();
    await library.read("a.md", "The elephant is grey.");
    library.embedder.id = "another";
    expect(await library.search("elephant")).toMatchObject([{ cosine: 0, text: "The elephant is grey." }]);
  });
});

describe("the list of documents", () => {
  test("shows each with the state of its newest version and the version that serves", async () => {
    const library = await newLibrary();
    await library.read("b.md", "# Bee\n\nText");
    await library.add("b.md", "# Bee two\n\nText");
    await library.add("a.md", "---\n\n<!-- -->");
    const [, order] = library.orders.splice(0);
    await library.ingest(order);
    const { documentId } = await library.read("c.md", "gone");
    await library.remove(documentId);

    const { documents: listed, complete } = await library.api.knowledge.documents.list({});
    expect(complete).toBe(true);
    expect(listed).toMatchObject([
      { path: "a.md", source: "docs", version: 1, status: "failed", servedVersion: null },
      { path: "b.md", source: "docs", title: "Bee two", version: 2, status: "queued", servedVersion: 1, failure: null },
    ]);
    const document = await library.api.knowledge.documents.get({ documentId: listed[1]?.id ?? documentId });
    expect(document).toMatchObject({
      path: "b.md",
      title: "Bee",
      versions: [{ version: 2 }, { version: 1, status: "ready" }],
    });
    await expect(library.api.knowledge.documents.get({ documentId })).rejects.toMatchObject({
      message: "document.not_found",
    });
  });

  test("goes on where the page before ended", async () => {
    const library = await newLibrary();
    for (let index = 0; index < 101; index += 1)
      await library.add(`${String(index).padStart(3, "0")}.md`, `Text ${index}`);
    const first = await library.api.knowledge.documents.list({});
    expect(first.documents).toHaveLength(100);
    expect(first.complete).toBe(false);
    const last = first.documents.at(-1);
    expect(last?.path).toBe("099.md");
    if (!last) throw new Error("there is a last one");
    const { source, path, id } = last;
    const second = () => library.api.knowledge.documents.list({ after: { source, path, id } });
    expect(await second()).toMatchObject({ complete: true, documents: [{ path: "100.md" }] });
    // Somebody removes it meanwhile, and nothing is left of it.
    await library.remove(id);
    await clearDocument({ db: world.db, objects: testObjects }, { tenantId: library.tenantId, documentId: id });
    expect(await second()).toMatchObject({ complete: true, documents: [{ path: "100.md" }] });
  });

  test("tells of a document's newest hundred versions, the one that serves among them", async () => {
    const library = await newLibrary();
    const { documentId, versionId } = await library.read("a.md", "Text");
    const get = () => library.api.knowledge.documents.get({ documentId });
    const addVersions = (from: number, to: number) =>
      world.db.transaction(library.tenantId, (tx) =>
        tx.execute(sql`
          insert into document_versions (document_id, version, title, media_type, content, content_sha256)
          select ${documentId}, version, 'a', 'text/plain', '', '' from generate_series(${from}::integer, ${to}::integer) version`),
      );
    await addVersions(2, 100);
    expect(await get()).toMatchObject({ versionsComplete: true, versions: { length: 100 } });
    await addVersions(101, 102);
    const { versions, versionsComplete } = await get();
    expect(versionsComplete).toBe(false);
    const newest = Array.from({ length: 99 }, (_, index) => 102 - index);
    expect(versions.map(({ version }) => version)).toEqual([...newest, 1]);
    expect(versions.at(-1)?.id).toBe(versionId);
  });

  test("is another tenant's own", async () => {
    const ours = await newLibrary();
    const theirs = await newLibrary();
    const { documentId } = await theirs.add("a.md", "Text");
    expect((await ours.api.knowledge.documents.list({})).documents).toEqual([]);
    await expect(ours.api.knowledge.documents.get({ documentId })).rejects.toMatchObject({
      message: "document.not_found",
    });
    expect(
      await world.db.read(ours.tenantId, (read) => read.select().from(documents).where(eq(documents.id, documentId))),
    ).toEqual([]);
  });
});
