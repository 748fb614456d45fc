import { monitorEventLoopDelay } from "node:perf_hooks";

import { percentile } from "./percentile.ts";
import type { RetrievalTask } from "./read-task.ts";
import { openRetrievalLibrary } from "./retrieval-library.ts";

/** Documents that a question's measures look at. */
const depth = 10;
/** Passages that are searched for, so that they are of as many documents as are looked at. */
const passagesSearched = 50;

/**
 * How well the product finds a task's documents, by its own ingest and search: a task's document is a document, and one of its
 * passages is a hit. Every measure is a mean over the questions.
 */
export async function benchRetrieval(
  task: RetrievalTask,
  { databaseUrl, say }: { databaseUrl: string | undefined; say: (line: string) => void },
) {
  await using library = await openRetrievalLibrary(databaseUrl);
  const eventLoop = monitorEventLoopDelay({ resolution: 1 });
  eventLoop.enable();
  const ingestMs = await library.ingest(task.docs);
  eventLoop.disable();
  say(`${task.docs.length} documents read in, ${(ingestMs / 1000).toFixed(1)} s`);

  const results: Ranked[] = [];
  const searchMs: number[] = [];
  for (const { text, gold } of task.queries) {
    const started = performance.now();
    const passages = await library.search(text, passagesSearched);
    searchMs.push(performance.now() - started);
    results.push(
      rank(
        passages.map(({ documentId }) => library.indexOf(documentId)),
        gold,
      ),
    );
  }
  say(`${task.queries.length} questions asked`);

  const mean = (measure: (result: Ranked) => number) =>
    round(results.reduce((sum, result) => sum + measure(result), 0) / results.length, 4);
  const hitWithin = (limit: number) => mean(({ first }) => (first <= limit ? 1 : 0));
  return {
    "r@1": hitWithin(1),
    "r@5": hitWithin(5),
    "r@10": hitWithin(10),
    "mrr@10": mean(({ first }) => (first <= depth ? 1 / first : 0)),
    "ndcg@10": mean(({ gain }) => gain),
    queriesPerSecond: round((1000 * searchMs.length) / searchMs.reduce((sum, ms) => sum + ms, 0), 1),
    documents: task.docs.length,
    queries: task.queries.length,
    ingestSeconds: round(ingestMs / 1000, 1),
    eventLoopP99MsWhileIngesting: round(eventLoop.percentile(99) / 1e6, 1),
    searchP50Ms: round(percentile(searchMs, 0.5), 1),
    searchP95Ms: round(percentile(searchMs, 0.95), 1),
    database: databaseUrl ? "server" : "embedded",
  };
}

type Ranked = {
  /** The rank of the first document that answers, from 1; infinite when there is none. */
  first: number;
  /** Normalised discounted cumulative gain of the first ten. */
  gain: number;
};

function rank(hits: readonly number[], gold: readonly number[]): Ranked {
  const ranking = [...new Set(hits)].slice(0, depth);
  const ranks = ranking.flatMap((index, place) => (gold.includes(index) ? [place + 1] : []));
  const discounted = (places: number[]) => places.reduce((sum, place) => sum + 1 / Math.log2(place + 1), 0);
  const ideal = discounted(Array.from({ length: Math.min(gold.length, depth) }, (_, place) => place + 1));
  return { first: ranks[0] ?? Number.POSITIVE_INFINITY, gain: ideal === 0 ? 0 : discounted(ranks) / ideal };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
