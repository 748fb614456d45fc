import { randomUUID } from "node:crypto";
import { spending } from "@parley/db/schema";
import { expect, test } from "vitest";
import { createWorld } from "../testing/world.ts";
import { listMonths, Months } from "./list-months.ts";

type Row = typeof spending.$inferInsert;

test("months are those of UTC, each with what its models took, and no other tenant's", async () => {
  await using world = await createWorld();
  const { tenantId } = await world.tenant();
  const other = await world.tenant();
  const entry = (at: string, more: Partial<Row> = {}): Row => ({
    ...{ id: randomUUID(), at: new Date(at), purpose: "playground", provider: "host", model: "m", tier: 1 },
    ...{ inputTokens: 100, cachedTokens: 40, outputTokens: 10, countedBy: "provider", costMicros: 300 },
    ...more,
  });
  const quoted = {
    provider: null,
    model: null,
    tier: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    costMicros: 0,
  };
  await world.db.transaction(tenantId, (tx) =>
    tx
      .insert(spending)
      .values([
        entry("2026-09-30T23:59:59.999Z"),
        entry("2026-10-01T00:00:00Z"),
        entry("2026-10-31T23:59:59.999Z", quoted),
        entry("2026-11-01T00:00:00Z", { model: "large", costMicros: 1_000 }),
        entry("2026-11-02T00:00:00Z"),
        entry("2026-11-30T23:59:59.999Z", { costMicros: null, countedBy: "tokenizer" }),
        entry("2026-12-01T00:00:00Z"),
      ]),
  );
  await world.db.transaction(other.tenantId, (tx) => tx.insert(spending).values(entry("2026-11-01T00:00:00Z")));

  const rows = await listMonths(world.db, tenantId, { from: "2026-10", until: "2026-11" });
  expect(rows.map(({ month, model, requests, costMicros }) => [month, model, requests, costMicros])).toEqual([
    ["2026-10", "m", 1, 300],
    ["2026-10", null, 1, 0],
    ["2026-11", "large", 1, 1_000],
    ["2026-11", "m", 2, 300],
  ]);
  expect(rows[3]).toMatchObject({ inputTokens: 200, cachedTokens: 80, outputTokens: 20, estimated: 1, unpriced: 1 });
});

test.each([
  ["2026-11", "2026-10"],
  ["2026-13", "2026-13"],
  ["2024-11", "2026-11"],
  ["26-11", "26-11"],
])("months from %s until %s are refused", (from, until) => {
  expect(Months.safeParse({ from, until }).success).toBe(false);
});
