import { openDatabase } from "@parley/db";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld } from "../testing/world.ts";
import { searchStatement } from "./search.ts";
import { toVectorText } from "./vector-text.ts";

const neighbours = 100_000;
const question = "Where does the elephant drink?";

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
afterAll(async () => {
  await db.close();
  await database.drop();
});

type Plan = {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: Plan[];
} & Record<string, unknown>;

test("[T7 + control] a neighbour's hundred thousand vectors, each as near as can be, change neither what a search finds nor what it has to look at", async () => {
  const world = await createWorld(db);
  const ours = await world.tenant();
  const theirs = await world.tenant();
  const embedder = createWordEmbedder();
  const library = createLibrary(db, ours.tenantId, embedder);
  for (let index = 0; index < 30; index += 1) {
    await library.read(`${index}.md`, `# Animal ${index}\n\nThe elephant number ${index} drinks at the river.\n`);
  }
  const [vector] = await embedder.embed([question]);
  if (!vector) throw new Error("the embedder returned no vector");
  const vectorText = toVectorText(vector);
  const admin = <T>(use: Parameters<typeof withClient<T>>[1]) => withClient(database.adminConnection, use);

  /** Rows and pages that the search touches, as PostgreSQL counts them. */
  async function work() {
    const statement = searchStatement(question, vectorText, embedder.id);
    const { rows } = await db.read(ours.tenantId, (read) =>
      read.execute<{ "QUERY PLAN": [{ Plan: Plan }] }>(
        sql`explain (analyze, buffers, timing off, format json) ${statement}`,
      ),
    );
    const root = rows[0]?.["QUERY PLAN"][0].Plan;
    if (!root) throw new Error("no plan");
    const count = (plan: Plan): number => {
      const removed = Number(plan["Rows Removed by Filter"] ?? 0) + Number(plan["Rows Removed by Index Recheck"] ?? 0);
      const own = plan["Relation Name"] ? (plan["Actual Rows"] + removed) * plan["Actual Loops"] : 0;
      return own + (plan.Plans ?? []).reduce((sum, inner) => sum + count(inner), 0);
    };
    return { rows: count(root), pages: Number(root["Shared Hit Blocks"]) + Number(root["Shared Read Blocks"]) };
  }

  await admin((client) => client.query("vacuum analyze"));
  const before = { found: await library.search(question), work: await work() };
  expect(before.found).toHaveLength(10);

  await admin(async (client) => {
    await client.query("set session_replication_role = replica"); // chunks that the vectors would belong to prove nothing more
    await client.query(
      `insert into embeddings (tenant_id, chunk_id, embedder_id, embedding)
       select $1, gen_random_uuid(), $2, $3::vector from generate_series(1, ${neighbours})`,
      [theirs.tenantId, embedder.id, vectorText],
    );
    await client.query(
      `insert into postings (tenant_id, term, chunk_id, frequency, length)
       select $1, 'eleph', chunk_id, 5, 6 from embeddings where tenant_id = $1`,
      [theirs.tenantId],
    );
    await client.query("insert into corpus (tenant_id, chunks, total_length) values ($1, $2, $3)", [
      theirs.tenantId,
      neighbours,
      6 * neighbours,
    ]);
  });
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
}, 120_000);
