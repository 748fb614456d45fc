import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { changeChecks } from "@parley/db/schema";
import { openTestDatabase } from "@parley/db/testing";
import { bothDatabases, openOwnDatabase } from "@parley/db/testing/both-databases";
import { createLogger } from "@parley/platform/log";
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import { createLibrary, createWordEmbedder, sections } from "../testing/library.ts";
import { testObjects } from "../testing/test-objects.ts";
import { createWorld } from "../testing/world.ts";
import { indexKnowledge, needsIndex } from "./index-knowledge.ts";
import { createJobs } from "./jobs.ts";
import { lockHeld, publishHeld } from "./publish-held.ts";
import { searchKnowledge } from "./search.ts";
import { exactStatement, indexedSettings, indexedStatement } from "./search-statement.ts";
import { toVectorText } from "./vector-text.ts";

const embedder = createWordEmbedder();
const never = new AbortController().signal;
/** Small tenants are large here. */
const exactUpTo = 50;
const animals = ["elephant", "lion", "zebra", "otter", "heron", "badger", "walrus", "lemur"];

const rowsIn = async (db: Database, tenantId: TenantId, table: "nearest" | "common_terms") => {
  const { rows } = await db.read(tenantId, (read) =>
    read.execute<{ rows: number }>(sql`select count(*)::integer as rows from ${sql.identifier(table)}`),
  );
  return rows[0]?.rows;
};
const isIndexed = async (db: Database, tenantId: TenantId) => {
  const { rows } = await db.read(tenantId, (read) =>
    read.execute(sql`select 1 from vector_indexes where ready_at is not null`),
  );
  return rows.length > 0;
};

type PlanNode = {
  Plans?: PlanNode[];
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
};

/** Rows of a table that were read, also those that were then left out. */
function readOf(table: string, plan: PlanNode | undefined): number {
  if (!plan) throw new Error("there is no plan");
  const inside = (plan.Plans ?? []).reduce((sum, one) => sum + readOf(table, one), 0);
  if (plan["Relation Name"] !== table) return inside;
  const rows =
    plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Index Recheck"] ?? 0);
  return inside + rows * plan["Actual Loops"];
}

describe.each(bothDatabases)("a tenant that has many chunks, on %s", (kind) => {
  test("is searched by an index of its own from then on, and finds what it found before", async () => {
    const database = await openOwnDatabase(kind);
    const { db } = database;
    const { tenantId } = await (await createWorld(db)).tenant();
    const library = createLibrary(db, tenantId, embedder);
    for (const animal of animals) await library.read(`${animal}.md`, sections(10, animal));
    const questions = [...animals.map((animal) => `Where is the ${animal} number 3 told of?`), "part number"];
    const search = async () => {
      const found = [];
      for (const question of questions) found.push(...(await library.search(question, 5)));
      // Sums of the same numbers in another order differ in their last digits.
      return JSON.stringify(found, (_, value) => (typeof value === "number" ? value.toFixed(9) : value), 2);
    };

    const exact = await search();
    const deps = { db, embedder, exactUpTo };
    expect(await needsIndex(deps, tenantId)).toBe(true);
    await indexKnowledge(deps, tenantId, never);
    expect(await needsIndex(deps, tenantId)).toBe(false);
    expect(await isIndexed(db, tenantId)).toBe(true);
    expect(await rowsIn(db, tenantId, "nearest")).toBe(80);
    expect(await search()).toEqual(exact);

    // What is read in from now on is found, and what is replaced or removed is not.
    await library.read("okapi.md", "# Okapi\n\nThe okapi has the stripes of a zebra.\n");
    expect((await library.search("okapi stripes"))[0]).toMatchObject({ path: "okapi.md" });
    expect(await rowsIn(db, tenantId, "nearest")).toBe(81);
    const { documentId } = await library.read("okapi.md", "# Okapi\n\nThe okapi eats leaves.\n");
    expect((await library.search("okapi stripes"))[0]?.text).toContain("leaves");
    expect(await rowsIn(db, tenantId, "nearest")).toBe(81);
    await library.remove(documentId);
    expect((await library.search("okapi leaves")).map(({ path }) => path)).not.toContain("okapi.md");
    await database.close();
  }, 120_000);
});

describe("an index", () => {
  const opened = openTestDatabase();
  afterAll(async () => (await opened).close());

  async function large() {
    const db = await opened;
    const world = await createWorld(db);
    const { tenantId } = await world.tenant();
    const library = createLibrary(db, tenantId, embedder);
    await library.read("animals.md", sections(60, "animal"));
    return { db, world, tenantId, library, deps: { db, embedder, exactUpTo } };
  }

  test("is ordered by the document that makes a tenant large, and once", async () => {
    const { db, tenantId, library } = await large();
    const logged: { msg?: string; job?: string; order?: { tenantId: string } }[] = [];
    const logger = createLogger(
      { level: "debug", format: "json" },
      { write: (line) => void logged.push(JSON.parse(line)) },
    );
    const jobs = createJobs({ db, logger, embedded: false, exactUpTo });
    await jobs.start();
    const { documentId, versionId } = await library.add("one-more.md", "# One more\n\nThe animal number 60.\n");
    await db.transaction(tenantId, (tx) => jobs.send(tx, "ingestDocument", { tenantId, documentId, versionId }));
    await db.transaction(tenantId, async (tx) => {
      for (const key of [tenantId, tenantId]) await jobs.queue.send(tx, "indexKnowledge", { tenantId }, { key });
    });
    await jobs.work({ embedder, objects: testObjects });
    await expect.poll(() => isIndexed(db, tenantId), { timeout: 30_000 }).toBe(true);
    // The document may be read in before the index is made or after it: it ends up there either way.
    await expect.poll(() => rowsIn(db, tenantId, "nearest"), { timeout: 30_000 }).toBe(61);
    await jobs.stop();
    const done = logged.filter(({ job, order }) => job === "indexKnowledge" && order?.tenantId === tenantId);
    expect(done.length).toBeLessThanOrEqual(2);
  }, 60_000);

  test("and looking at everything alike read the texts of those chunks alone that are found", async () => {
    const { db, tenantId, library, deps } = await large();
    await library.read("more.md", sections(200, "animal"));
    await indexKnowledge(deps, tenantId, never);
    const question = "Where is the animal number 3 told of?";
    const [vector] = await embedder.embed([question]);
    const terms = { question, vector: toVectorText(vector ?? new Float32Array()), embedderId: embedder.id };
    for (const statement of [
      indexedStatement(terms, { tenantId, dimensions: embedder.dimensions }),
      exactStatement(terms),
    ]) {
      const { rows } = await db.read(tenantId, (read) =>
        read.execute<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(sql`explain (analyze, format json) ${statement}`),
      );
      expect(readOf("chunks", rows[0]?.["QUERY PLAN"][0].Plan)).toBe(50);
    }
  }, 60_000);

  test("leaves out what is hidden, however near it is", async () => {
    const { db, tenantId, library, deps } = await large();
    await indexKnowledge(deps, tenantId, never);
    const { versionId } = await library.read("hidden.md", sections(150, "okapi"));
    await library.read("shown.md", "# Shown\n\nThe okapi number 3 is told of here.\n");
    await db.transaction(tenantId, (tx) =>
      tx.execute(sql`update document_versions set chunk_state = 'hidden' where id = ${versionId}`),
    );
    const question = "The okapi number 3 is told of here.";
    const [vector] = await embedder.embed([question]);
    const terms = { question, vector: toVectorText(vector ?? new Float32Array()), embedderId: embedder.id };
    const { rows } = await db.read(
      tenantId,
      (read) => read.execute(indexedStatement(terms, { tenantId, dimensions: embedder.dimensions })),
      { settings: indexedSettings },
    );
    expect(rows[0]).toMatchObject({ path: "shown.md" });
    expect(rows.map(({ path }) => path)).not.toContain("hidden.md");
    expect(rows).toHaveLength(50);
  }, 60_000);

  test("finds what is held as if it were live, with the same scores, and leaves it out otherwise", async () => {
    const { db, tenantId, library, deps } = await large();
    await indexKnowledge(deps, tenantId, never);
    await db.transaction(tenantId, (tx) => tx.insert(changeChecks).values({ mode: "ask" }));
    const question = "Where is the okapi number 3 told of?";
    const before = await library.search(question);
    await library.read("okapi.md", sections(9, "okapi"));
    await library.read("animals.md", sections(40, "animal"));
    expect(await library.search(question)).toEqual(before);
    const held = await searchKnowledge(db, embedder, tenantId, question, { limit: 10, scope: "held" });
    expect(held[0]).toMatchObject({ path: "okapi.md" });
    await db.transaction(tenantId, async (tx) => {
      await lockHeld(tx);
      await publishHeld(tx, { send: async () => {} });
    });
    expect(await library.search(question)).toEqual(held);
  }, 60_000);

  test("that was interrupted is not searched, and is taken up where it was", async () => {
    const { db, tenantId, library, deps } = await large();
    const stopped = AbortSignal.abort(new Error("this process ends"));
    await expect(indexKnowledge(deps, tenantId, stopped)).rejects.toThrow("this process ends");
    expect(await isIndexed(db, tenantId)).toBe(false);
    expect(await library.search("animal number 7")).toHaveLength(10);
    // What came in the meantime is under the index already.
    await library.read("okapi.md", "# Okapi\n\nThe okapi has stripes.\n");
    expect(await rowsIn(db, tenantId, "nearest")).toBe(1);
    await indexKnowledge(deps, tenantId, never);
    expect(await rowsIn(db, tenantId, "nearest")).toBe(61);
  }, 60_000);

  test("of another embedder beside it is another index", async () => {
    const { db, tenantId, deps } = await large();
    await indexKnowledge(deps, tenantId, never);
    const other = { ...embedder, id: 'it\'s "another"', embed: createWordEmbedder().embed.bind(createWordEmbedder()) };
    expect(await needsIndex({ ...deps, embedder: other }, tenantId)).toBe(true);
    await createLibrary(db, tenantId, other).read("okapi.md", "# Okapi\n\nThe okapi has stripes.\n");
    await indexKnowledge({ ...deps, embedder: other }, tenantId, never);
    const [found] = await searchKnowledge(db, other, tenantId, "okapi", { limit: 3 });
    expect(found).toMatchObject({ path: "okapi.md" });
    expect(found?.cosine).toBeGreaterThan(0);
  }, 60_000);

  test("counts of the common words what is in use alone, however much waits beside it", async () => {
    const { db, tenantId, library, deps } = await large();
    await library.read("animals.md", sections(1_100, "animal"));
    await db.transaction(tenantId, (tx) => tx.insert(changeChecks).values({ mode: "ask" }));
    await library.read("more.md", sections(1_100, "animal"));
    await indexKnowledge(deps, tenantId, never);
    const { rows } = await db.read(tenantId, (read) =>
      read.execute<{ chunks: number }>(sql`select chunks from common_terms where term = 'anim'`),
    );
    expect(rows).toEqual([{ chunks: 1_100 }]);
  }, 60_000);

  test("counts the common words anew once there are a fifth more chunks", async () => {
    const { tenantId, library, deps } = await large();
    await indexKnowledge(deps, tenantId, never);
    await library.read("few.md", sections(12, "okapi"));
    expect(await needsIndex(deps, tenantId)).toBe(false);
    await library.read("more.md", sections(1, "okapi"));
    expect(await needsIndex(deps, tenantId)).toBe(true);
  }, 60_000);
});
