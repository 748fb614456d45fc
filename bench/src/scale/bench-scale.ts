import { cpus, totalmem } from "node:os";
import type { TenantId } from "@parley/contracts";
import { indexKnowledge } from "@parley/core/knowledge/index-knowledge";
import type { Embedder } from "@parley/core/knowledge/passage";
import { searchKnowledge } from "@parley/core/knowledge/search";
import { exactStatement, indexedSettings, indexedStatement } from "@parley/core/knowledge/search-statement";
import { toVectorText } from "@parley/core/knowledge/vector-text";
import { type Database, openDatabase } from "@parley/db";
import { chunks } from "@parley/db/schema";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { eq, type SQL, sql } from "drizzle-orm";
import { percentile } from "../percentile.ts";
import { fillTenant } from "./fill-tenant.ts";
import { createSyntheticCorpus } from "./synthetic-corpus.ts";

type Question = { text: string; vector: Float32Array };
type Found = { chunkId: string; cosine: number }[];

/** Passages that recall and agreement are measured over, as the product looks at 50 and answers from 6. */
const looked = 50;
const answeredFrom = 6;
const exactRounds = 40;

const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const latency = (values: readonly number[]) => ({
  p50Ms: round(percentile([...values], 0.5)),
  p95Ms: round(percentile([...values], 0.95)),
});

/**
 * One large tenant among many small ones, over a synthetic corpus. Each search of the product stands beside a plain read of one row
 * through the same door, at the same moment: what else the machine does hits both.
 */
export async function benchScale(
  sizes: { tenants: number; chunks: number; large: number; questions: number },
  say: (line: string) => void,
) {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection, max: 2, statementTimeoutMs: 300_000 });
  try {
    const corpus = createSyntheticCorpus(1);
    const asked = new Map<string, Float32Array>();
    const embedder: Embedder = {
      id: "synthetic",
      dimensions: corpus.dimensions,
      embed: async (texts) => texts.map((text) => asked.get(text) ?? new Float32Array(corpus.dimensions)),
      close: async () => {},
    };
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await work();
      say(`${what}, ${round((performance.now() - began) / 1_000, 1)} s`);
      return result;
    };
    const places: Float32Array[] = [];
    const fill = (count: number, keep: boolean) =>
      fillTenant(db, {
        embedderId: embedder.id,
        chunks: count,
        make() {
          const { place, ...chunk } = corpus.chunk();
          if (keep) places.push(place);
          return chunk;
        },
      });
    const maintain = () => withClient(database.adminConnection, (admin) => admin.query("vacuum analyze"));

    const large = await timed(`${sizes.large} chunks of the large tenant`, () => fill(sizes.large, true));
    const ofEach = Math.ceil((sizes.chunks - sizes.large) / (sizes.tenants - 1));
    const small: TenantId[] = [];
    await timed(`${ofEach} chunks of each of ${sizes.tenants - 1} others`, async () => {
      for (let index = 1; index < sizes.tenants; index += 1) small.push(await fill(ofEach, false));
    });
    await maintain();

    const near = (index: number) => places[(index * 7_919) % places.length] ?? new Float32Array();
    const make = (kind: "question" | "commonQuestion"): Question[] =>
      Array.from({ length: sizes.questions }, (_, index) => corpus[kind](near(index)));
    const questions = { usual: make("question"), commonWords: make("commonQuestion") };
    for (const { text, vector } of Object.values(questions).flat()) asked.set(text, vector);

    const search =
      (tenantId: TenantId) =>
      async ({ text }: Question) => {
        await searchKnowledge(db, embedder, tenantId, text, { limit: looked });
      };
    const plain = await plainRead(db, large);
    const exact = {
      usual: await measure(questions.usual.slice(0, exactRounds), search(large), plain),
      commonWords: await measure(questions.commonWords.slice(0, exactRounds), search(large), plain),
    };
    say("searched by looking at everything");

    const never = new AbortController().signal;
    await timed("index of the large tenant", () =>
      indexKnowledge({ db, embedder, exactUpTo: Math.min(20_000, sizes.large - 1) }, large, never),
    );
    await maintain();
    const indexed = {
      usual: await measure(questions.usual, search(large), plain),
      commonWords: await measure(questions.commonWords, search(large), plain),
    };
    const smallTenant = small[Math.floor(small.length / 2)] ?? large;
    const ofSmall = await measure(questions.usual, search(smallTenant), await plainRead(db, smallTenant));
    const agreement = {
      usual: await compare(db, large, embedder, questions.usual),
      commonWords: await compare(db, large, embedder, questions.commonWords.slice(0, exactRounds)),
    };
    const { rows } = await withClient(database.adminConnection, (admin) =>
      admin.query("select current_setting('server_version') as version, current_setting('shared_buffers') as buffers"),
    );
    return {
      machine: {
        processor: cpus()[0]?.model ?? "unknown",
        cores: cpus().length,
        memoryGb: Math.round(totalmem() / 1024 ** 3),
        node: process.version,
        postgres: rows[0]?.version,
        sharedBuffers: rows[0]?.buffers,
        date: new Date().toISOString().slice(0, 10),
      },
      data: { ...sizes, chunksOfEachSmallTenant: ofEach },
      largeTenant: { exact, indexed, agreement },
      smallTenant: ofSmall,
    };
  } finally {
    await db.close();
    await database.drop();
  }
}

/** Reading one chunk by its key, as any request does. */
async function plainRead(db: Database, tenantId: TenantId): Promise<() => Promise<unknown>> {
  const [one] = await db.read(tenantId, (read) => read.select({ id: chunks.id }).from(chunks).limit(1));
  if (!one) throw new Error("the tenant has no chunks");
  return () => db.read(tenantId, (read) => read.select().from(chunks).where(eq(chunks.id, one.id)));
}

/** Each question twice, the second time counted; a plain read beside each. */
async function measure(
  questions: readonly Question[],
  search: (question: Question) => Promise<void>,
  plain: () => Promise<unknown>,
) {
  const took = { search: [] as number[], plain: [] as number[], ratio: [] as number[] };
  for (const question of questions) await search(question);
  for (const question of questions) {
    const began = performance.now();
    await search(question);
    const between = performance.now();
    await plain();
    took.search.push(between - began);
    took.plain.push(performance.now() - between);
  }
  for (const [index, ms] of took.search.entries()) took.ratio.push(ms / (took.plain[index] ?? Number.NaN));
  return {
    search: latency(took.search),
    plainRead: latency(took.plain),
    medianRatio: round(percentile(took.ratio, 0.5), 1),
  };
}

/** What the index finds, against looking at everything. */
async function compare(db: Database, tenantId: TenantId, embedder: Embedder, questions: readonly Question[]) {
  const shares = {
    nearest: [] as number[],
    passages: [] as number[],
    answeredFrom: [] as number[],
    first: [] as number[],
  };
  for (const { text, vector } of questions) {
    const terms = { question: text, vector: toVectorText(vector), embedderId: embedder.id };
    const ask = async (statement: SQL): Promise<Found> =>
      (await db.read(tenantId, (read) => read.execute<Found[number]>(statement), { settings: indexedSettings })).rows;
    const { dimensions } = embedder;
    const half = sql.raw(`halfvec(${dimensions})`);
    const byIndex = await ask(sql`
      select chunk_id as "chunkId" from nearest where tenant_id = ${tenantId} and embedder_id = ${embedder.id}
      order by (embedding::${half}) <#> ${terms.vector}::${half} limit ${looked}`);
    const byAll = await ask(sql`
      select chunk_id as "chunkId" from embeddings where embedder_id = ${embedder.id}
      order by embedding <#> ${terms.vector}::vector limit ${looked}`);
    const indexed = await ask(indexedStatement(terms, { tenantId, dimensions }));
    const exact = await ask(exactStatement(terms));
    shares.nearest.push(overlap(byAll, byIndex, looked));
    shares.passages.push(overlap(exact, indexed, looked));
    shares.answeredFrom.push(overlap(exact, indexed, answeredFrom));
    shares.first.push(overlap(exact, indexed, 1));
  }
  return {
    /** Of the 50 nearest vectors, those that the index finds. */
    recallAt50: round(mean(shares.nearest), 4),
    /** Of the passages that are found by looking at everything, before they are put in order by their sentences. */
    samePassagesOf50: round(mean(shares.passages), 4),
    samePassagesOf6: round(mean(shares.answeredFrom), 4),
    sameFirst: round(mean(shares.first), 4),
  };
}

function overlap(expected: Found, found: Found, limit: number): number {
  const ids = new Set(found.slice(0, limit).map(({ chunkId }) => chunkId));
  const wanted = expected.slice(0, limit);
  return wanted.filter(({ chunkId }) => ids.has(chunkId)).length / wanted.length;
}
