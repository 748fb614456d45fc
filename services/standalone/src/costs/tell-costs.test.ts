import { TenantId } from "@parley/contracts";
import type { MonthOfModel } from "@parley/core/costs/list-months";
import { expect, test } from "vitest";
import type { CostsSource } from "./costs-source.ts";
import { tellCosts } from "./tell-costs.ts";

const shop = { tenantId: TenantId.parse("00000000-0000-4000-8000-000000000001"), slug: "shop" };
const quiet = { tenantId: TenantId.parse("00000000-0000-4000-8000-000000000002"), slug: "quiet" };
const row = (change: Partial<MonthOfModel>): MonthOfModel => ({
  ...{ month: "2026-11", provider: "Ours", model: "gpt-5-mini", requests: 12, estimated: 0, unpriced: 0 },
  ...{ inputTokens: 34_000, cachedTokens: 10_000, outputTokens: 2_000, costMicros: 10_250 },
  ...change,
});
const nothing = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, costMicros: 0 };
const rows = [
  row({ month: "2026-10" }),
  row({}),
  row({ model: "new", requests: 1, unpriced: 1, estimated: 1, costMicros: 0, inputTokens: 900 }),
  row({ provider: null, model: null, requests: 40, ...nothing }),
];
const source: CostsSource = {
  tenants: async () => [quiet, shop],
  months: async ({ slug }) => (slug === "shop" ? rows : []),
};

async function tell(more: { tenant?: string; json?: boolean } = {}) {
  const lines: string[] = [];
  const months = { from: "2026-10", until: "2026-11" };
  await tellCosts(source, { tenant: undefined, json: false, ...more, months, say: (line) => void lines.push(line) });
  return lines;
}

test("each workspace's months are told with their models, and what has no price is never told as nothing", async () => {
  expect(await tell()).toEqual([
    "quiet: nothing in this time",
    "shop, 2026-10: US$ 0.0103",
    "  gpt-5-mini of Ours  12 requests  34,000 read (10,000 cached), 2,000 written  US$ 0.0103",
    "shop, 2026-11: US$ 0.0103 and 1 request without a price",
    "  gpt-5-mini of Ours  12 requests  34,000 read (10,000 cached), 2,000 written     US$ 0.0103",
    "  new of Ours         1 request    about 900 read (10,000 cached), 2,000 written  unknown: no price",
    "  built-in answerer   40 answers   0 read (0 cached), 0 written                   US$ 0.0000",
  ]);
});

test("for programs it is one object a line, and one workspace's alone where one is named", async () => {
  const lines = await tell({ tenant: "shop", json: true });
  expect(lines.map((line) => JSON.parse(line))).toEqual(rows.map((one) => ({ tenant: "shop", ...one })));
  await expect(tell({ tenant: "shops" })).rejects.toThrow('There is no workspace called "shops".');
});
