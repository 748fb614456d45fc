import type { AnswerQuality, EventEnvelope } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { runs } from "@parley/db/schema";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMinilmEmbedder } from "../knowledge/embedders/minilm.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { type Behaviour, type FakeProvider, startFakeProvider } from "../testing/fake-provider.ts";
import { teach } from "../testing/teach.ts";
import { createWorld, type World } from "../testing/world.ts";
import { answer } from "./answer.ts";
import { createModel } from "./models/model.ts";
import type { Models } from "./routing/route.ts";
import { type Takeovers, watchTakeovers } from "./watch-takeovers.ts";
import { wordings } from "./wording.ts";

/** One passage, so that everybody knows what is cited by [1]. */
const documents = {
  "documents.md":
    "# Documents\n\nAdd documents by dropping them into the documents folder. They are read in within a minute.\n",
};
const sureOf = "How do I add documents?";
/** The passages have nothing on it, so the built-in answerer neither begins nor stands in. */
const unanswerable = "Who won the football world cup in 1974?";

let database: TestDatabase;
let db: Database;
let world: World;
let embedder: Embedder;
let small: FakeProvider;
let standIn: FakeProvider;
let large: FakeProvider;
let eventLog: EventLog;
let takeovers: Takeovers;
let events: EventEnvelope[];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection });
  world = await createWorld(db);
  embedder = await createMinilmEmbedder();
  [small, standIn, large] = await Promise.all([startFakeProvider(), startFakeProvider(), startFakeProvider()]);
});
afterAll(async () => {
  for (const provider of [small, standIn, large]) await provider.close();
  await embedder.close();
  await db.close();
  await database.drop();
});
const logger = createLogger({ level: "silent", format: "json" });
beforeEach(async () => {
  for (const provider of [small, standIn, large]) {
    provider.requests.length = 0;
    provider.forget();
  }
  events = [];
  eventLog = createInProcessEventLog({ logger });
  await eventLog.follow((envelope) => void events.push(envelope));
  takeovers = await watchTakeovers(eventLog);
});
afterEach(() => eventLog.close());

const modelOf = (provider: FakeProvider, model: string, prices: { input: number; output: number } | undefined) =>
  createModel({ baseUrl: provider.url, provider: model, model, prices, retryDelaysMs: [1] });

/** Two tiers; the first one has a stand-in. */
const tiers = (): Models["tiers"] => [
  {
    level: 1,
    models: [modelOf(small, "small", { input: 1, output: 2 }), modelOf(standIn, "stand-in", { input: 1, output: 2 })],
  },
  { level: 2, models: [modelOf(large, "large", { input: 10, output: 20 })] },
];

async function ask(
  text: string,
  { quality = "economical", of = tiers() }: { quality?: AnswerQuality; of?: Models["tiers"] } = {},
) {
  const contact = await world.contact();
  await teach({ db, embedder }, contact.tenantId, documents);
  const { id } = await contact.say(text);
  const [run] = await db.read(contact.tenantId, (read) => read.select().from(runs).where(eq(runs.questionId, id)));
  if (!run) throw new Error("no run is due");
  const deps = {
    ...{ db, eventLog, embedder, takeovers, logger },
    modelsOf: async () => ({ quality, tiers: of }),
    limits: { timeoutMs: 20_000, idleTimeoutMs: 1_000, leaseMs: 60_000 },
  };
  const outcome = await answer(deps, { tenantId: contact.tenantId, runId: run.id }, new AbortController().signal);
  const receipt = await contact.api.runs.get({ runId: run.id });
  const { messages } = await contact.api.conversations.messages({ conversationId: contact.conversationId });
  const shown = events.flatMap(({ event }) => (event.type === "answer.delta" ? [event] : []));
  const draft = shown.reduce((words, { offset, text: more }) => words.slice(0, offset) + more, "");
  return { outcome, receipt, reply: messages.at(-1), draft };
}
const asked = ({ receipt }: Awaited<ReturnType<typeof ask>>) =>
  receipt.attempts.map(({ model, outcome }) => `${model ?? "built-in"}: ${outcome}`);

const supported = "Drop the documents into the folder [1].";

describe("the cheapest that is expected to be right goes first:", () => {
  test("the built-in answerer, when it is sure enough for what the workspace wants", async () => {
    const told = await ask(sureOf);
    expect(asked(told)).toEqual(["built-in: answered"]);
    expect(told.receipt).toMatchObject({ answerer: "built-in", model: null, costMicros: 0, inputTokens: 0 });
    expect(told.receipt.route).toMatchObject({ because: "built_in_is_sure", level: 0, largeModel: "large" });
    // The large model would have read the prompt and written the same words.
    expect(told.receipt.largeCostMicros).toBeGreaterThan(10 * 200);
    expect([small, standIn, large].flatMap(({ requests }) => requests)).toEqual([]);
  });

  test("not where the workspace wants the best", async () => {
    large.enqueue({ text: supported });
    const told = await ask(sureOf, { quality: "best" });
    expect(asked(told)).toEqual(["large: answered"]);
    expect(told.receipt.route).toMatchObject({ because: "best_wanted", level: 2 });
    expect(told.receipt.largeCostMicros).toBe(told.receipt.costMicros);
  });

  test("and of tiers the one that the router trusts", async () => {
    small.enqueue({ text: supported });
    const told = await ask(unanswerable);
    expect(asked(told)).toEqual(["small: answered"]);
    const { route, costMicros, largeCostMicros } = told.receipt;
    expect(route).toMatchObject({ because: "expected_right", level: 1 });
    expect(route?.expected.map(({ level }) => level)).toEqual([1, 2]);
    expect(largeCostMicros).toBe(10 * (costMicros ?? Number.NaN));
  });
});

describe("an answer that fails a check is asked for once more, of the next tier, and nothing of it is seen:", () => {
  test.each<[string, Behaviour, string]>([
    ["that cites nothing", { text: "Everything is free, trust me." }, "uncited"],
    ["that cites what it was not given", { text: "Everything is free [9]." }, "uncited"],
    ["that declines", { text: "NO_ANSWER" }, "declined"],
    ["whose passage says nothing of the kind", { text: "Bananas grow on trees in Ecuador [1]." }, "unsupported"],
  ])("one %s", async (_, behaviour, outcome) => {
    small.enqueue(behaviour);
    large.enqueue({ text: supported });
    const told = await ask(unanswerable);
    expect(asked(told)).toEqual([`small: ${outcome}`, "large: answered"]);
    expect(told.outcome).toBe("answered");
    expect(told.reply).toMatchObject({ text: supported });
    // As much of it as came in time, and not a word of the other.
    expect(supported.startsWith(told.draft.trimEnd())).toBe(true);
    expect(standIn.requests).toEqual([]);
    const { attempts, costMicros, inputTokens, largeCostMicros } = told.receipt;
    expect(costMicros).toBe(attempts.reduce((sum, attempt) => sum + (attempt.costMicros ?? Number.NaN), 0));
    expect(inputTokens).toBe(400);
    // The large model would have been asked once.
    expect(largeCostMicros).toBe(attempts[1]?.costMicros);
  });

  test("where nobody's passes it is said that there is none, and each was asked once", async () => {
    small.enqueue({ text: "Trust me." });
    large.enqueue({ text: "NO_ANSWER" });
    const told = await ask(unanswerable);
    expect(asked(told)).toEqual(["small: uncited", "large: declined"]);
    expect(told.reply).toMatchObject({ outcome: "unknown", text: wordings.en.unknown });
    expect(told.draft).toBe("");
    expect([small, standIn, large].map(({ requests }) => requests.length)).toEqual([1, 0, 1]);
  });

  test("words that are supported are shown while they come, although somebody better could be asked", async () => {
    small.enqueue({ text: `${supported} ${"And they are read in within a minute. ".repeat(9)}`, tokensPerSecond: 100 });
    const told = await ask(unanswerable);
    expect(asked(told)).toEqual(["small: answered"]);
    expect(told.draft.startsWith(supported)).toBe(true);
    expect(events.filter(({ event }) => event.type === "answer.delta").length).toBeGreaterThan(1);
  });
});

describe("[F12] where a provider fails, the next one is asked, and what was spent is counted once:", () => {
  test.each<[string, Behaviour[]]>([
    ["429", [{ status: 429 }, { status: 429 }]],
    ["500", [{ status: 500 }, { status: 500 }]],
    ["a refused key", [{ status: 401 }]],
    ["silence", [{ afterTokens: 0, fault: "stall" }]],
    ["a stream that is cut before a supported word", [{ text: "Drop it", fault: "cut" }]],
    ["a provider that wants to be left alone for long", [{ status: 429, headers: { "retry-after": "60" } }]],
  ])("by %s", async (_, behaviours) => {
    small.enqueue(...behaviours);
    standIn.enqueue({ text: supported });
    const told = await ask(unanswerable);
    expect(told.reply).toMatchObject({ outcome: "answered", text: supported });
    expect(told.receipt).toMatchObject({ model: "stand-in", status: "answered" });
    expect(asked(told).at(-1)).toBe("stand-in: answered");
    expect(
      asked(told)
        .slice(0, -1)
        .every((one) => one === "small: failed"),
    ).toBe(true);
    expect(large.requests).toEqual([]);
    const { attempts, costMicros } = told.receipt;
    expect(costMicros).toBe(attempts.reduce((sum, attempt) => sum + (attempt.costMicros ?? Number.NaN), 0));
    if (behaviours[0]?.status) expect(attempts[0]).toMatchObject({ inputTokens: 0, outputTokens: 0, costMicros: 0 });
  });

  test("a whole tier that fails is followed by the better one, and that by the built-in answerer, which has an answer", async () => {
    small.enqueue({ status: 401 });
    standIn.enqueue({ status: 401 });
    large.enqueue({ text: supported });
    expect(asked(await ask(unanswerable))).toEqual(["small: failed", "stand-in: failed", "large: answered"]);

    large.enqueue({ status: 401 });
    small.enqueue({ status: 401 });
    standIn.enqueue({ status: 401 });
    const told = await ask(sureOf, { quality: "best" });
    expect(asked(told)).toEqual(["large: failed", "small: failed", "stand-in: failed", "built-in: answered"]);
    expect(told.outcome).toBe("answered");
  });

  test("an answer that breaks off after shown words is what there is, said to be so, and paid for once", async () => {
    small.enqueue({ text: `${supported} It is also fr`, fault: "cut" });
    const told = await ask(unanswerable);
    expect(asked(told)).toEqual(["small: partial"]);
    expect(told.reply).toMatchObject({ outcome: "partial", text: `${supported}\n\n${wordings.en.cutOff}` });
    expect([standIn, large].flatMap(({ requests }) => requests)).toEqual([]);
    const [attempt] = told.receipt.attempts;
    expect(attempt).toMatchObject({ countedBy: "tokenizer", inputTokens: expect.any(Number) });
    expect(told.receipt.costMicros).toBe(attempt?.costMicros);
  });

  test("a provider that counts nothing is counted by tokenizer, and the receipt says so", async () => {
    small.enqueue({ text: supported, usage: false });
    const told = await ask(unanswerable);
    expect(told.receipt.attempts).toMatchObject([{ countedBy: "tokenizer", outcome: "answered" }]);
    expect(told.receipt.costMicros).toBeGreaterThan(0);
  });

  test("without a price the cost is unknown, and not nothing", async () => {
    small.enqueue({ text: supported });
    const of = [{ level: 1, models: [modelOf(small, "small", undefined)] }];
    const told = await ask(unanswerable, { of });
    expect(told.receipt).toMatchObject({ costMicros: null, largeCostMicros: null, inputTokens: 200 });
  });
});
