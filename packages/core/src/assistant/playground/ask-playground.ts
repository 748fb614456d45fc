import { randomUUID } from "node:crypto";
import type { Citation, TenantId } from "@parley/contracts";
import type { Attempt } from "../../conversations/record-attempts.ts";
import { createMeter } from "../../costs/meter.ts";
import { recordSpending } from "../../costs/record-spending.ts";
import { type Spent, type SpentFor, sumSpent } from "../../costs/spent.ts";
import { type ChunkPlace, placeChunks } from "../../knowledge/place-chunks.ts";
import { type Answer, type Asked, type ComposeDeps, composeAnswer } from "../compose-answer.ts";
import type { Receipt } from "../get-receipt.ts";
import { countTokens } from "../models/count-tokens.ts";

export type PlaygroundAnswer = Pick<Answer, "outcome" | "text"> & {
  /** Each with the place of its passage; null when that is gone by now. */
  citations: (Citation & { text: string; place: ChunkPlace | null })[];
  receipt: Omit<Receipt, "runId">;
};

/** Words as they come, and at the end the answer, which has them all. */
export type PlaygroundPart = { words: string; answer?: undefined } | { words?: undefined; answer: PlaygroundAnswer };

/**
 * Asks as a visitor would, by the whole pipeline, and tells what is written while it is written. Nothing is stored but what it cost, which
 * counts like any other answer, also when nobody listens to its end.
 *
 * @throws as `composeAnswer`
 */
export async function* askPlayground(
  deps: ComposeDeps,
  tenantId: TenantId,
  asked: Asked,
  signal: AbortSignal,
): AsyncGenerator<PlaygroundPart, void> {
  const left = new AbortController();
  let words = "";
  let isOver = false;
  let wake = () => {};
  const onWords = (more: string) => {
    words += more;
    wake();
  };
  const answering = answer(deps, tenantId, asked, { signal: AbortSignal.any([signal, left.signal]), onWords });
  const finish = () => {
    isOver = true;
    wake();
  };
  // Its error is thrown where the answer is told.
  const over = answering.then(finish, finish);
  try {
    while (!isOver || words !== "") {
      if (words === "") {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const part = words;
      words = "";
      yield { words: part };
    }
    yield { answer: await answering };
  } finally {
    left.abort(new Error("nobody listens any more"));
    await over;
  }
}

async function answer(
  deps: ComposeDeps,
  tenantId: TenantId,
  asked: Asked,
  heard: { signal: AbortSignal; onWords: (words: string) => void },
): Promise<PlaygroundAnswer> {
  const { db } = deps;
  const spentFor: SpentFor = { purpose: "playground", reservationId: randomUUID() };
  const meter = createMeter({ db, tenantId, spentFor, countTokens });
  const record = (spent: readonly Spent[]) => db.transaction(tenantId, (tx) => recordSpending(tx, spentFor, spent));
  const queuedAt = new Date();
  try {
    const listener = { ...heard, clock: () => new Date(), meter, onAttempt: () => {} };
    const composed = await composeAnswer(deps, tenantId, asked, listener);
    await record(composed.spent);
    const { outcome, text, citations } = composed;
    const chunkIds = citations.map(({ chunkId }) => chunkId);
    const places = await placeChunks(db, tenantId, chunkIds);
    const placed = citations.map((citation) => ({ ...citation, place: places.get(citation.chunkId) ?? null }));
    return { outcome, text, citations: placed, receipt: receiptOf(composed, queuedAt) };
  } catch (error) {
    await record(meter.spent());
    throw error;
  }
}

function receiptOf(answer: Answer, queuedAt: Date): PlaygroundAnswer["receipt"] {
  const { outcome: status, attempts, spent, citations } = answer;
  const { firstWordsAt, ...receipt } = answer.receipt;
  const entries = new Map(spent.map((entry) => [entry.id, entry]));
  const cited = new Set(citations.map(({ chunkId }) => chunkId));
  return {
    ...{ status, taken: 1, ...receipt, ...sumSpent(spent) },
    largeCostMicros: spent.length === 0 ? null : sumOf(spent.map(({ largeCostMicros }) => largeCostMicros)),
    attempts: attempts.map((attempt) => ({ ...told(attempt), ...tokensOf(entries.get(attempt.id)) })),
    toolCalls: answer.toolCalls.map(({ reason = null, ...call }) => ({ ...call, reason })),
    passages: answer.found.map(
      ({ documentVersionId, title, headingPath, start, end, score, lexical, cosine, chunkId }, index) => {
        const place = { documentVersionId, title, headingPath, start, end };
        return { number: index + 1, ...place, score, lexical, cosine, cited: cited.has(chunkId) };
      },
    ),
    queuedAt: queuedAt.toISOString(),
    startedAt: queuedAt.toISOString(),
    firstWordsAt: firstWordsAt?.toISOString() ?? null,
    finishedAt: new Date().toISOString(),
  };
}

const told = ({ level, answerer, provider = null, model = null, outcome, reason = null }: Attempt) => {
  return { level, answerer, provider, model, outcome, reason };
};

function tokensOf(entry: Spent | undefined) {
  const nothing = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costMicros: 0, countedBy: "provider" as const };
  if (!entry) return nothing;
  const { inputTokens, cachedTokens, outputTokens, costMicros, countedBy } = entry;
  return { inputTokens, cachedTokens, outputTokens, costMicros, countedBy };
}

const sumOf = (values: readonly (number | null)[]) =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
