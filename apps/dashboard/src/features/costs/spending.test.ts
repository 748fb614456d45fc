import type { ConversationId } from "@parley/contracts";
import { expect, test } from "vitest";
import { conversationsToCsv, toCsv } from "./spending-csv.ts";
import { isNothingSpent, modelOf, sumBy, sumOf } from "./spending-sums.ts";
import type { SpendingRow } from "./use-costs.ts";

const row = (more: Partial<SpendingRow> = {}): SpendingRow => ({
  ...{ day: "2026-11-26", purpose: "answer", provider: "host", model: "m", requests: 1, estimated: 0, unpriced: 0 },
  ...{ inputTokens: 100, cachedTokens: 0, outputTokens: 10, costMicros: 1_000, largeCostMicros: 2_000 },
  ...more,
});

test("rows are summed by what they have in common, the dearest first", () => {
  const rows = [row(), row({ model: "n", costMicros: 5_000 }), row({ day: "2026-11-27", unpriced: 1 })];
  expect(sumBy(rows, modelOf).map(({ key, sum }) => [key, sum.costMicros, sum.requests])).toEqual([
    ["n (host)", 5_000, 1],
    ["m (host)", 2_000, 2],
  ]);
  expect(sumOf(rows)).toEqual({ requests: 3, tokens: 330, costMicros: 7_000, unpriced: 1, estimated: 0 });
  const quoted = row({ provider: null, model: null, requests: 5, inputTokens: 0, outputTokens: 0, costMicros: 0 });
  expect(sumOf([...rows, quoted])).toEqual(sumOf(rows));
  expect(modelOf(row({ provider: null, model: null }))).toBe("Built-in answerer");
});

test("where all was quoted in the place of a large model with a price, what that saved is told", () => {
  const quoted = row({ provider: null, model: null, costMicros: 0 });
  const saving = { costMicros: 0, largeCostMicros: 2_000, answers: 1, largeModels: ["n"] };
  expect(isNothingSpent({ rows: [quoted], saving })).toBe(false);
  expect(isNothingSpent({ rows: [quoted], saving: { ...saving, largeCostMicros: 0 } })).toBe(true);
  expect(isNothingSpent({ rows: [row()], saving: { ...saving, largeCostMicros: 0 } })).toBe(false);
});

test("the table file quotes what needs it, and no name becomes a formula; an unknown cost is empty", () => {
  const csv = toCsv([
    row({ model: '=cmd|"x"', provider: "a,b" }),
    row({ model: null, provider: null, unpriced: 1, costMicros: 0 }),
  ]);
  expect(csv.split("\r\n")).toEqual([
    "day,purpose,provider,model,entries,input_tokens,cached_tokens,output_tokens,estimated_entries,unpriced_entries,cost_usd",
    `2026-11-26,answer,"a,b","'=cmd|""x""",1,100,0,10,0,0,0.001000`,
    "2026-11-26,answer,,,1,100,0,10,0,1,",
    "",
  ]);
});

test("the conversations' table file has a line for each, by its id; what nobody knows the cost of is empty", () => {
  const id = "0b8e8e1e-6a4b-4a53-9d55-2f2f4f6d9a01" as ConversationId;
  const conversation = { id, contactName: "=Ada", answers: 2, requests: 3, costMicros: 1_500, unpriced: 1 };
  const unknown = { ...conversation, requests: 1, costMicros: 0 };
  expect(conversationsToCsv([conversation, unknown]).split("\r\n")).toEqual([
    "conversation,answers,requests,unpriced_requests,cost_usd",
    `${id},2,3,1,0.001500`,
    `${id},2,1,1,`,
    "",
  ]);
});
