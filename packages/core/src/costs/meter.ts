import { randomUUID } from "node:crypto";
import type { BudgetStep, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { spendingReserved } from "@parley/db/schema";
import { admitAnswer } from "./admit-answer.ts";
import { hasForgotten, recordForgotten } from "./record-lost.ts";
import type { Spent, SpentFor, TokenCounts } from "./spent.ts";

/** What is about to be asked of a model. */
export type ModelRequest = {
  provider: string;
  model: string;
  /** Its level; null when the model belongs to none. */
  tier: number | null;
  /** Of the prompt, about. */
  inputTokens: number;
  /** The same more exactly, which takes longer: for a provider that does not say. */
  countInput?: () => number;
  /** What may come back at most. */
  mostOutputTokens: number;
  /** In millionths of a US dollar; null when the price is not known. */
  costOf(counts: TokenCounts): number | null;
  /** What the large model costs for as much; null when there is none, or its price is not known. */
  largeCostOf(counts: TokenCounts): number | null;
};

/** A request that is under way. */
export type OpenRequest = {
  /** Of its entry in the ledger. */
  id: string;
  /** Words that came back, as they come. */
  hear(words: string): void;
  /** The prompt is sent once more, with what was sent behind it before and these words. */
  sendAgain(words: string): void;
  /** @param counts the provider's; what it doesn't tell is counted here */
  end(counts: TokenCounts): void;
};

/** Counts what one answer takes of models, and holds it to the tenant's budget. */
export type Meter = {
  /**
   * Before the first request: sets aside what the answer may cost, and tells what the budget does to it. What it allows stands until the
   * answer is complete, whatever is spent meanwhile.
   *
   * @param most of each request that may be made for it; none: it costs nothing
   */
  admit(most: readonly ModelRequest[]): Promise<BudgetStep | null>;
  /** Notes what is about to be asked, so that it is known of though this process should die. */
  begin(request: ModelRequest): Promise<OpenRequest>;
  /**
   * Words of ours, that cost nothing.
   *
   * @param largeCostMicros what the large model would have cost in their place; 0 where it would not have been asked either; null when
   *   that is not known
   */
  addFree(largeCostMicros: number | null): void;
  /** What was asked so far, for the ledger. A request that did not end is counted by what came back until now. */
  spent(): Spent[];
};

/** @param options.countTokens about how many a model makes of the words */
export function createMeter(options: {
  db: Database;
  tenantId: TenantId;
  spentFor: SpentFor;
  countTokens: (words: string) => number;
}): Meter {
  const { db, tenantId, spentFor, countTokens } = options;
  const requests: (() => Spent)[] = [];
  return {
    admit(most) {
      const costs = most.map(({ inputTokens, mostOutputTokens, costOf }) =>
        costOf({ inputTokens, cachedTokens: null, outputTokens: mostOutputTokens }),
      );
      const mostMicros = costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
      return admitAnswer(db, tenantId, spentFor, mostMicros);
    },
    async begin(request) {
      const { provider, model, tier, inputTokens, costOf, largeCostOf } = request;
      const countInput = request.countInput ?? (() => inputTokens);
      const id = randomUUID();
      const prompt = { inputTokens, cachedTokens: null, outputTokens: 0 };
      const [noted] = await db.write(tenantId, (write) =>
        write
          .insert(spendingReserved)
          .values({
            ...spentFor,
            ...{ id, provider, model, tier, inputTokens },
            inputCostMicros: costOf(prompt),
            largeInputCostMicros: largeCostOf(prompt),
          })
          .returning({ hasForgotten }),
      );
      // Should that fail, the next request sees to it; this one has nothing to do with those.
      if (noted?.hasForgotten) await db.transaction(tenantId, recordForgotten).catch(() => {});

      let heard = "";
      const sentAgain: string[] = [];
      const countSent = () => {
        let behind = 0;
        return sentAgain.reduce((sum, words) => {
          behind += countTokens(words);
          return sum + countInput() + behind;
        }, countInput());
      };
      let counted: TokenCounts = { inputTokens: null, cachedTokens: null, outputTokens: null };
      requests.push(() => {
        const isComplete = counted.inputTokens !== null && counted.outputTokens !== null;
        const counts = {
          ...counted,
          inputTokens: counted.inputTokens ?? countSent(),
          outputTokens: counted.outputTokens ?? countTokens(heard),
        };
        return {
          ...{ id, provider, model, tier, ...counts },
          countedBy: isComplete ? "provider" : "tokenizer",
          costMicros: costOf(counts),
          largeCostMicros: largeCostOf(counts),
        };
      });
      return {
        id,
        hear(words) {
          heard += words;
        },
        sendAgain(words) {
          sentAgain.push(words);
        },
        end(counts) {
          counted = counts;
        },
      };
    },
    addFree(largeCostMicros) {
      const id = randomUUID();
      const nobody = { provider: null, model: null, tier: 0 };
      const nothing = {
        inputTokens: 0,
        cachedTokens: 0,
        outputTokens: 0,
        countedBy: "provider" as const,
        costMicros: 0,
      };
      requests.push(() => ({ id, ...nobody, ...nothing, largeCostMicros }));
    },
    // Always the large model would have been asked once: in the place of the last one.
    spent: () =>
      requests.map((spent, index) => (index < requests.length - 1 ? { ...spent(), largeCostMicros: 0 } : spent())),
  };
}
