import type { TenantId } from "@parley/contracts";
import { openDatabase } from "@parley/db";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld } from "../testing/world.ts";
import { indexKnowledge } from "./index-knowledge.ts";
import { exactStatement, indexedSettings, indexedStatement } from "./search-statement.ts";
import { toVectorText } from "./vector-text.ts";

const neighbours = 100_000;
const question = "Where does the elephant drink?";

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
afterAll(async () => {
  await db.close();
  await database.drop();
});
const admin = <T>(use: Parameters<typeof withClient<T>>[1]) => withClient(database.adminConnection, use);
const embedder = createWordEmbedder();
const [vector] = await embedder.embed([question]);
if (!vector) throw new Error("the embedder returned no vector");
const vectorText = toVectorText(vector);

type Plan = {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: Plan[];
} & Record<string, unknown>;

/** Rows and pages that the tenant's search touches, as PostgreSQL counts them, and the tables that its plan names. */
async function workOf(tenantId: TenantId, { indexed }: { indexed: boolean }) {
  const terms = { question, vector: vectorText, embedderId: embedder.id };
  const { dimensions } = embedder;
  const statement = indexed ? indexedStatement(terms, { tenantId, dimensions }) : exactStatement(terms);
  const { rows } = await db.read(
    tenantId,
    (read) =>
      read.execute<{ "QUERY PLAN": [{ Plan: Plan }] }>(
        sql`explain (analyze, buffers, timing off, format json) ${statement}`,
      ),
    indexed ? { settings: indexedSettings } : undefined,
  );
  const root = rows[0]?.["QUERY PLAN"][0].Plan;
  if (!root) throw new Error("no plan");
  const tables = new Set<string>();
  const count = (plan: Plan): number => {
    if (plan["Relation Name"]) tables.add(plan["Relation Name"]);
    const removed = Number(plan["Rows Removed by Filter"] ?? 0) + Number(plan["Rows Removed by Index Recheck"] ?? 0);
    const own = plan["Relation Name"] ? (plan["Actual Rows"] + removed) * plan["Actual Loops"] : 0;
    return own + (plan.Plans ?? []).reduce((sum, inner) => sum + count(inner), 0);
  };
  const pages = Number(root["Shared Hit Blocks"]) + Number(root["Shared Read Blocks"]);
  return { rows: count(root), pages, tables: [...tables].sort() };
}

/** A tenant of so many chunks that all tell of elephants. */
async function tenantOf(chunks: number) {
  const world = await createWorld(db);
  const { tenantId } = await world.tenant();
  const library = createLibrary(db, tenantId, embedder);
  for (let index = 0; index < chunks; index += 1) {
    await library.read(`${index}.md`, `# Animal ${index}\n\nThe elephant number ${index} drinks at the river.\n`);
  }
  return { tenantId, library };
}

/** Gives the tenant a hundred thousand vectors, each as near to the question as can be, and as many postings of its word. */
async function crowd(tenantId: TenantId, { indexed }: { indexed: boolean }): Promise<void> {
  await admin(async (client) => {
    await client.query("set session_replication_role = replica"); // chunks that the vectors would belong to prove nothing more
    await client.query(
      `insert into embeddings (tenant_id, chunk_id, embedder_id, embedding)
       select $1, gen_random_uuid(), $2, $3::vector from generate_series(1, ${neighbours})`,
      [tenantId, embedder.id, vectorText],
    );
    await client.query(
      `insert into postings (tenant_id, term, chunk_id, frequency, length)
       select $1, 'eleph', chunk_id, 5, 6 from embeddings where tenant_id = $1`,
      [tenantId],
    );
    await client.query("insert into corpus (tenant_id, chunks, total_length) values ($1, $2, $3)", [
      tenantId,
      neighbours,
      6 * neighbours,
    ]);
    if (!indexed) return;
    await client.query("select set_config('app.tenant_id', $1, false)", [tenantId]);
    await client.query("select app.make_vector_index($1, $2)", [embedder.id, embedder.dimensions]);
    // The same index over all rows at once takes a fifth of what it takes to grow by each of them.
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid = $1::regclass and pg_get_indexdef(indexrelid) ~ 'USING hnsw'`,
      [`nearest_${tenantId.replaceAll("-", "")}`],
    );
    expect(indexes).toHaveLength(1);
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    await client.query(
      `insert into nearest (tenant_id, chunk_id, embedder_id, embedding)
       select tenant_id, chunk_id, embedder_id, embedding::halfvec from embeddings where tenant_id = $1`,
      [tenantId],
    );
    for (const { definition } of indexes) await client.query(definition);
    await client.query("insert into common_terms (tenant_id, term, chunks) values ($1, 'eleph', $2)", [
      tenantId,
      neighbours,
    ]);
  });
}

test("[T7 + control] a neighbour's hundred thousand vectors, each as near as can be, change neither what a search finds nor what it has to look at", async () => {
  const { tenantId, library } = await tenantOf(30);
  const theirs = await tenantOf(0);
  const work = () => workOf(tenantId, { indexed: false });

  await admin((client) => client.query("vacuum analyze"));
  const before = { found: await library.search(question), work: await work() };
  expect(before.found).toHaveLength(10);

  await crowd(theirs.tenantId, { indexed: false });
  await admin((client) => client.query("vacuum analyze"));

  const after = { found: await library.search(question), work: await work() };
  expect(after.found).toEqual(before.found);
  expect(after.work.rows).toBeLessThanOrEqual(before.work.rows * 1.1);
  // An index over more rows may be a level or two deeper.
  expect(after.work.pages).toBeLessThanOrEqual(before.work.pages * 1.1 + 50);

  // Without the wall they are all looked at: the count would have told.
  await admin(async (client) => {
    for (const table of ["embeddings", "postings", "corpus"]) {
      await client.query(`alter table ${table} disable row level security`);
    }
  });
  expect((await work()).rows).toBeGreaterThan(neighbours);
  await admin(async (client) => {
    for (const table of ["embeddings", "postings", "corpus"]) {
      await client.query(`alter table ${table} enable row level security`);
    }
  });
}, 120_000);

test("[T7 + control] nor do they where both have an index of their own", async () => {
  const { tenantId, library } = await tenantOf(160);
  await indexKnowledge({ db, embedder, exactUpTo: 100 }, tenantId, new AbortController().signal);
  const theirs = await tenantOf(0);
  const work = () => workOf(tenantId, { indexed: true });
  const ownAmongNearest = async () => {
    const { rows } = await db.read(tenantId, (read) =>
      read.execute<{ own: number }>(sql`
        select count(*)::integer as own from chunks where id in (
          select chunk_id from nearest where tenant_id = ${tenantId} and embedder_id = ${embedder.id}
          order by (embedding::halfvec(64)) <#> ${vectorText}::halfvec(64) limit 100
        )`),
    );
    return rows[0]?.own;
  };

  await admin((client) => client.query("vacuum analyze"));
  const before = { found: await library.search(question), work: await work() };
  expect(before.found).toHaveLength(10);
  expect(await ownAmongNearest()).toBe(100);
  const partition = `nearest_${tenantId.replaceAll("-", "")}`;
  expect(before.work.tables.filter((table) => table.startsWith("nearest"))).toEqual([partition]);

  await crowd(theirs.tenantId, { indexed: true });
  await admin((client) => client.query("vacuum analyze"));

  const after = { found: await library.search(question), work: await work() };
  expect(after.found).toEqual(before.found);
  expect(await ownAmongNearest()).toBe(100);
  expect(after.work.tables).toEqual(before.work.tables);
  expect(after.work.rows).toBeLessThanOrEqual(before.work.rows * 1.1);
  expect(after.work.pages).toBeLessThanOrEqual(before.work.pages * 1.1 + 50);

  // In one index with theirs, the nearest hundred were none of its own.
  await admin(async (client) => {
    await client.query("set session_replication_role = replica");
    await client.query("select set_config('app.tenant_id', $1, false)", [tenantId]);
    await client.query(
      `insert into nearest (tenant_id, chunk_id, embedder_id, embedding)
       select $1, chunk_id, embedder_id, embedding from nearest where tenant_id = $2 limit 1000`,
      [tenantId, theirs.tenantId],
    );
  });
  expect(await ownAmongNearest()).toBe(0);
}, 300_000);
