import { monitorEventLoopDelay } from "node:perf_hooks";
import { extractAnswer, findBestSentence } from "@parley/core/assistant/extractive/extract-answer";
import type { Passage } from "@parley/core/knowledge/passage";
import { measureAbstention } from "./abstention.ts";
import { percentile } from "./percentile.ts";
import type { RetrievalTask } from "./read-task.ts";
import { openRetrievalLibrary } from "./retrieval-library.ts";

/** Documents that a question's measures look at. */
const depth = 10;
/** Passages that an answer is made of, as in the product. */
const passagesPerAnswer = 6;
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

  const results: Result[] = [];
  const searchMs: number[] = [];
  for (const { text, gold, answers } of task.queries) {
    const started = performance.now();
    const found = await library.search(text, passagesSearched);
    searchMs.push(performance.now() - started);
    const passages = found.map((passage) => ({ ...passage, doc: library.indexOf(passage.documentId) }));
    const groups = new Set(gold.map((index) => task.docs[index]?.group));
    const elsewhere = passages.filter(({ doc }) => !groups.has(task.docs[doc]?.group));
    results.push({
      ...rank(
        passages.map(({ doc }) => doc),
        gold,
      ),
      answersRight: answers ? holdsAnswer(text, passages, answers) : null,
      answers: isAnswered(text, passages),
      evidence: evidenceOf(text, passages),
      without: groups.has(undefined)
        ? null
        : { answers: isAnswered(text, elsewhere), evidence: evidenceOf(text, elsewhere) },
    });
  }
  say(`${task.queries.length} questions asked`);

  const share = (values: readonly number[]) =>
    values.length === 0 ? null : round(values.reduce((sum, value) => sum + value, 0) / values.length, 4);
  const mean = (measure: (result: Result) => number) => share(results.map(measure));
  const answersRight = results.flatMap((result) => result.answersRight ?? []);
  const without = results.flatMap((result) => result.without ?? []);
  const abstention =
    without.length === 0
      ? null
      : measureAbstention(
          results.map(({ evidence }) => evidence),
          without.map(({ evidence }) => evidence),
        );
  const hitWithin = (limit: number) => mean(({ first }) => (first <= limit ? 1 : 0));
  return {
    "r@1": hitWithin(1),
    "r@5": hitWithin(5),
    "r@10": hitWithin(10),
    "mrr@10": mean(({ first }) => (first <= depth ? 1 / first : 0)),
    "ndcg@10": mean(({ gain }) => gain),
    /** The best sentence holds an answer; null of a task without answers. */
    "answer@1": share(answersRight.map(Number)),
    queriesPerSecond: round((1000 * searchMs.length) / searchMs.reduce((sum, ms) => sum + ms, 0), 1),
    documents: task.docs.length,
    queries: task.queries.length,
    ingestSeconds: round(ingestMs / 1000, 1),
    eventLoopP99MsWhileIngesting: round(eventLoop.percentile(99) / 1e6, 1),
    searchP50Ms: round(percentile(searchMs, 0.5), 1),
    searchP95Ms: round(percentile(searchMs, 0.95), 1),
    /**
     * The built-in answerer answers, and answers though all documents of the right one's group were left out; then how well its evidence
     * tells the one from the other, and how often it would answer without them if it answered nine in ten with them. Null of a task
     * without groups.
     */
    answered: mean(({ answers }) => Number(answers)),
    answeredWithoutSource: share(without.map(({ answers }) => Number(answers))),
    abstentionAuc: abstention && round(abstention.auc, 4),
    falseAnswersAt90: abstention && round(abstention.falseAtNinety, 4),
    database: databaseUrl ? "server" : "embedded",
  };
}

type Ranked = {
  /** The rank of the first document that answers, from 1; infinite when there is none. */
  first: number;
  /** Normalised discounted cumulative gain of the first ten. */
  gain: number;
};

type Answered = { answers: boolean; evidence: number };
type Result = Ranked & Answered & { answersRight: boolean | null; without: Answered | null };

const evidenceOf = (question: string, passages: readonly Passage[]) =>
  findBestSentence(question, passages.slice(0, passagesPerAnswer))?.evidence ?? Number.NEGATIVE_INFINITY;

const isAnswered = (question: string, passages: readonly Passage[]) =>
  extractAnswer(question, passages.slice(0, passagesPerAnswer)).outcome === "answered";

function holdsAnswer(question: string, passages: readonly Passage[], answers: readonly string[]): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/\s+/g, " ").trim();
  const sentence = plain(findBestSentence(question, passages.slice(0, passagesPerAnswer))?.text ?? "");
  return answers.some((answer) => sentence.includes(plain(answer)));
}

function rank(hits: readonly number[], gold: readonly number[]): Ranked {
  const ranking = [...new Set(hits)].slice(0, depth);
  const ranks = ranking.flatMap((index, place) => (gold.includes(index) ? [place + 1] : []));
  const discounted = (places: number[]) => places.reduce((sum, place) => sum + 1 / Math.log2(place + 1), 0);
  const ideal = discounted(Array.from({ length: Math.min(gold.length, depth) }, (_, place) => place + 1));
  return { first: ranks[0] ?? Number.POSITIVE_INFINITY, gain: ideal === 0 ? 0 : discounted(ranks) / ideal };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
