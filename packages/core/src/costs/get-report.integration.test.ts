import { randomUUID } from "node:crypto";
import { ConversationId, type RouteNote, RunId } from "@parley/contracts";
import { runs, spending } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { createWorld } from "../testing/world.ts";

const route = {
  quality: "best",
  level: 1,
  because: "only_tier",
  evidence: null,
  largeModel: "large",
  expected: [],
} satisfies RouteNote;

test("a report has what was spent in its time, day by day of UTC, and no other time or tenant", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const other = await world.contact();
  type Row = typeof spending.$inferInsert;
  const entry = (at: string, more: Partial<Row> = {}): Row => ({
    ...{ id: randomUUID(), at: new Date(at), purpose: "answer", provider: "host", model: "m", countedBy: "provider" },
    ...{ inputTokens: 100, cachedTokens: 40, outputTokens: 10, costMicros: 300, largeCostMicros: 1_000 },
    ...{ runId: RunId.parse(randomUUID()), attempt: 1, conversationId: contact.conversationId },
    ...more,
  });
  const free = { provider: null, model: null, inputTokens: 0, cachedTokens: 0, outputTokens: 0, costMicros: 0 };
  const gone = ConversationId.parse(randomUUID());
  const escalated = RunId.parse(randomUUID());
  await world.db.transaction(contact.tenantId, (tx) =>
    tx
      .insert(spending)
      .values([
        entry("2026-10-31T23:59:59.999Z"),
        entry("2026-11-01T00:00:00Z"),
        entry("2026-11-01T23:59:59Z", free),
        entry("2026-11-02T00:00:00Z", { runId: escalated, largeCostMicros: 0 }),
        entry("2026-11-02T00:00:01Z", { runId: escalated, attempt: 2, model: "large", costMicros: 1_000 }),
        entry("2026-11-02T01:00:00Z", { costMicros: null, countedBy: "tokenizer", conversationId: gone }),
        entry("2026-11-02T02:00:00Z", { purpose: "playground", runId: null, attempt: null, conversationId: null }),
        entry("2026-11-03T00:00:00Z"),
      ]),
  );
  // What wrote instead of the large model is known of the run alone.
  const { id: questionId } = await contact.say("How?");
  await world.db.transaction(contact.tenantId, (tx) =>
    tx.update(runs).set({ id: escalated, route }).where(eq(runs.questionId, questionId)),
  );
  await world.db.transaction(other.tenantId, (tx) => tx.insert(spending).values(entry("2026-11-02T00:00:00Z")));

  const report = await contact.api.costs.report({ from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z" });
  expect(
    report.rows.map(({ day, purpose, model, requests, costMicros }) => [day, purpose, model, requests, costMicros]),
  ).toEqual([
    ["2026-11-01", "answer", "m", 1, 300],
    ["2026-11-01", "answer", null, 1, 0],
    ["2026-11-02", "answer", "large", 1, 1_000],
    ["2026-11-02", "answer", "m", 2, 300],
    ["2026-11-02", "playground", "m", 1, 300],
  ]);
  expect(report.rows[3]).toMatchObject({
    estimated: 1,
    unpriced: 1,
    inputTokens: 200,
    cachedTokens: 80,
    outputTokens: 20,
  });
  // The answer without a price is not compared; the one that was asked twice counts once.
  expect(report.answers).toBe(4);
  expect(report.saving).toEqual({
    answers: 3,
    costMicros: 300 + 0 + 1_300,
    largeCostMicros: 3_000,
    largeModels: ["large"],
  });
  expect(report.isCut).toBe(false);

  // By conversation, whatever became of it: an answer of the built-in answerer asks no model, one without a price costs what nobody knows.
  const time = { from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z" };
  const inOurs = { answers: 3, requests: 3, costMicros: 1_600, unpriced: 0 };
  const inGone = { answers: 1, requests: 1, costMicros: 0, unpriced: 1 };
  expect(await contact.api.costs.conversations(time)).toEqual({
    conversations: [
      { id: contact.conversationId, contactName: null, ...inOurs },
      { id: gone, contactName: null, ...inGone },
    ],
    complete: true,
  });

  const years = { from: "2024-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" };
  await expect(contact.api.costs.report(years)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(contact.api.costs.conversations(years)).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("conversations come page by page, the dearest first, each once, also where two cost the same", async () => {
  await using world = await createWorld();
  const { tenantId, api } = await world.tenant();
  const spent = [500, 200, 200, 200, 0, 900, 1].map((costMicros) => ({
    id: ConversationId.parse(randomUUID()),
    costMicros,
  }));
  await world.db.transaction(tenantId, (tx) =>
    tx.insert(spending).values(
      spent.map(({ id: conversationId, costMicros }) => ({
        ...{ id: randomUUID(), at: new Date("2026-11-02T00:00:00Z"), purpose: "answer" as const, provider: "host" },
        ...{ model: "m", countedBy: "provider" as const, inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
        ...{ costMicros, conversationId },
      })),
    ),
  );
  const time = { from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z" };
  const paged: { id: ConversationId; costMicros: number }[] = [];
  for (let isComplete = false; !isComplete; ) {
    const last = paged.at(-1);
    const after = last && { last: last.id, costMicros: last.costMicros };
    const page = await api.costs.conversations({ ...time, limit: 2, ...(after && { after }) });
    expect(page.conversations.length).toBe(page.complete ? 1 : 2);
    paged.push(...page.conversations);
    isComplete = page.complete;
  }
  expect(paged.map(({ costMicros }) => costMicros)).toEqual([900, 500, 200, 200, 200, 1, 0]);
  expect(new Set(paged.map(({ id }) => id))).toEqual(new Set(spent.map(({ id }) => id)));
});
