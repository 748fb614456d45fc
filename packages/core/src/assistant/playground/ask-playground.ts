import { randomUUID } from "node:crypto";
import type { Citation, TenantId } from "@parley/contracts";
import type { Attempt } from "../../conversations/record-attempts.ts";
import { createMeter } from "../../costs/meter.ts";
import { recordSpending } from "../../costs/record-spending.ts";
import { type Spent, type SpentFor, sumSpent } from "../../costs/spent.ts";
import { type Answer, type Asked, type ComposeDeps, composeAnswer } from "../compose-answer.ts";
import type { Receipt } from "../get-receipt.ts";
import { countTokens } from "../models/count-tokens.ts";

export type PlaygroundAnswer = Pick<Answer, "outcome" | "text"> & {
  citations: (Citation & { text: string })[];
  receipt: Omit<Receipt, "runId">;
};

/**
 * Asks as a visitor would, by the whole pipeline. Nothing is stored but what it cost, which counts like any other answer.
 *
 * @throws as `composeAnswer`
 */
export async function askPlayground(
  deps: ComposeDeps,
  tenantId: TenantId,
  asked: Asked,
  signal: AbortSignal,
): Promise<PlaygroundAnswer> {
  const { db } = deps;
  const spentFor: SpentFor = { purpose: "playground", reservationId: randomUUID() };
  const meter = createMeter({ db, tenantId, spentFor, countTokens });
  const record = (spent: readonly Spent[]) => db.transaction(tenantId, (tx) => recordSpending(tx, spentFor, spent));
  const queuedAt = new Date();
  try {
    const listener = { signal, onWords: () => {}, clock: () => new Date(), meter, onAttempt: () => {} };
    const answer = await composeAnswer(deps, tenantId, asked, listener);
    await record(answer.spent);
    const { outcome, text, citations } = answer;
    return { outcome, text, citations, receipt: receiptOf(answer, queuedAt) };
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
