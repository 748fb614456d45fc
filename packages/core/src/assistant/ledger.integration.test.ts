import { randomUUID } from "node:crypto";
import { HttpToolId, type RunId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { httpTools, messages, runs, spending, spendingMonths, spendingReserved } from "@parley/db/schema";
import { bothDatabases, type OwnDatabase, openOwnDatabase } from "@parley/db/testing/both-databases";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createCircuit } from "@parley/platform/http/circuit";
import { createLogger } from "@parley/platform/log";
import { asc, eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { takeOver } from "../conversations/take-over.ts";
import { createMeter } from "../costs/meter.ts";
import { type Behaviour, type FakeProvider, startFakeProvider } from "../testing/fake-provider.ts";
import { createWordEmbedder } from "../testing/library.ts";
import { teach } from "../testing/teach.ts";
import { createWorld, type World } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { type AnswerDeps, answer } from "./answer.ts";
import { claimRun } from "./claim-run.ts";
import { countTokens } from "./models/count-tokens.ts";
import { createModel, type Model } from "./models/model.ts";
import { createToolbox } from "./tools/toolbox.ts";
import { watchTakeovers } from "./watch-takeovers.ts";

const documents = { "documents.md": "# Documents\n\nAdd documents by dropping them into the documents folder.\n" };
const question = "How do I add documents?";
const prices = { input: 1, cached: 0.5, output: 2 };
const neverStops = new AbortController().signal;
const logger = createLogger({ level: "silent", format: "json" });

describe.each(bothDatabases)("on %s", (kind) => {
  let own: OwnDatabase;
  let db: Database;
  let world: World;
  let provider: FakeProvider;
  let deps: AnswerDeps;
  let model: Model;

  beforeAll(async () => {
    own = await openOwnDatabase(kind);
    db = own.db;
    world = await createWorld(db);
    provider = await startFakeProvider();
    const eventLog = createInProcessEventLog({ logger });
    model = createModel({ baseUrl: provider.url, model: "fake-1", prices, retryDelaysMs: [1, 1] });
    deps = {
      db,
      eventLog,
      logger,
      embedder: createWordEmbedder(),
      takeovers: await watchTakeovers(eventLog),
      modelsOf: writtenBy(model),
      limits: { timeoutMs: 20_000, idleTimeoutMs: 20_000, leaseMs: 60_000 },
    };
  });
  afterAll(async () => {
    await deps.eventLog.close();
    await provider.close();
    await own.close();
  });
  beforeEach(() => provider.forget());

  type Contact = Awaited<ReturnType<World["contact"]>>;

  async function visitor(of?: Contact): Promise<Contact> {
    const contact = await world.contact(of);
    if (!of) await teach(deps, contact.tenantId, documents);
    return contact;
  }

  async function queue(contact: Contact, text = question): Promise<RunId> {
    const { id } = await contact.say(text);
    const [run] = await db.read(contact.tenantId, (read) => read.select().from(runs).where(eq(runs.questionId, id)));
    if (!run) throw new Error("no run is due");
    return run.id;
  }

  const readAll = async ({ tenantId }: Contact) => ({
    entries: await db.read(tenantId, (read) => read.select().from(spending).orderBy(asc(spending.attempt))),
    receipts: await db.read(tenantId, (read) => read.select().from(runs)),
    months: await db.read(tenantId, (read) => read.select().from(spendingMonths)),
    reserved: await db.read(tenantId, (read) => read.select().from(spendingReserved)),
  });

  const answerRun = ({ tenantId }: Contact, runId: RunId, more: Partial<AnswerDeps> = {}, stopping = neverStops) =>
    answer({ ...deps, ...more }, { tenantId, runId }, stopping);

  const endLease = ({ tenantId }: Contact, runId: RunId) =>
    db.transaction(tenantId, (tx) =>
      tx
        .update(runs)
        .set({ leaseUntil: new Date(0) })
        .where(eq(runs.id, runId)),
    );

  /** The model, and what happens once its first words have come. */
  const whenItWrites = (happen: () => Promise<void>): Partial<AnswerDeps> => ({
    modelsOf: writtenBy({
      ...model,
      async *write(asked, options) {
        const words = model.write(asked, options);
        const first = await words.next();
        if (first.done) return first.value;
        yield first.value;
        await happen();
        return yield* words;
      },
    }),
  });

  /** What can befall a run; each returns how many requests its model was sent. */
  const fates: Record<string, (contact: Contact) => Promise<number>> = {
    async answered(contact) {
      expect(await answerRun(contact, await queue(contact))).toBe("answered");
      return 1;
    },
    async unsupported(contact) {
      provider.enqueue({ text: "Trust me." });
      expect(await answerRun(contact, await queue(contact))).toBe("unknown");
      return 1;
    },
    async uncounted(contact) {
      provider.enqueue({ usage: false });
      expect(await answerRun(contact, await queue(contact))).toBe("answered");
      return 1;
    },
    async "cut off"(contact) {
      provider.enqueue({ text: "Drop it into the folder [1]. And then", fault: "cut" });
      expect(await answerRun(contact, await queue(contact))).toBe("partial");
      return 1;
    },
    async refused(contact) {
      provider.enqueue({ status: 401 });
      // The built-in answerer does not stand in.
      expect(await answerRun(contact, await queue(contact, "Who walks on the moon?"))).toBe("failed");
      return 1;
    },
    async "taken over"(contact) {
      const take = async () => {
        await db.transaction(contact.tenantId, (tx) => takeOver(tx, contact.member.memberId, contact.conversationId));
      };
      expect(await answerRun(contact, await queue(contact), whenItWrites(take))).toBe("discarded");
      return 1;
    },
    async "taken over in mid-answer"(contact) {
      const { tenantId, conversationId, member } = contact;
      const take = async () => {
        const conversation = await db.transaction(tenantId, (tx) => takeOver(tx, member.memberId, conversationId));
        const event = { type: "conversation.changed" as const, conversation };
        await deps.eventLog.publish([{ id: randomUUID(), tenantId, event }]);
        await vi.waitFor(() => expect(provider.requests.at(-1)?.aborted).toBe(true));
      };
      provider.enqueue({ text: "Drop it into the folder [1]. And then", fault: "stall" });
      expect(await answerRun(contact, await queue(contact), whenItWrites(take))).toBe("discarded");
      return 1;
    },
    async "handed over"(contact) {
      const runId = await queue(contact);
      const stopping = new AbortController();
      const stop = async () => stopping.abort(new Error("the process ends"));
      expect(await answerRun(contact, runId, whenItWrites(stop), stopping.signal)).toBe("handed_over");
      expect(await answerRun(contact, runId)).toBe("answered");
      return 2;
    },
    async "its worker dies"(contact) {
      const { tenantId, conversationId } = contact;
      const runId = await queue(contact);
      expect(await claimRun(db, tenantId, runId, 60_000)).toBeDefined();
      const meter = createMeter({
        db,
        tenantId,
        spentFor: { purpose: "answer", runId, conversationId },
        countTokens,
      });
      await meter.begin(model.request({ text: question, history: [], passages: [] }));
      await endLease(contact, runId);
      expect(await answerRun(contact, runId)).toBe("answered");
      return 2;
    },
    async "its worker comes back too late"(contact) {
      const runId = await queue(contact);
      const loseIt = async () => {
        await endLease(contact, runId);
        expect(await answerRun(contact, runId)).toBe("answered");
      };
      expect(await answerRun(contact, runId, whenItWrites(loseIt))).toBe("discarded");
      return 2;
    },
    async "the commit's answer is lost"(contact) {
      const runId = await queue(contact);
      const loseOnceFinished = async <T>(written: Promise<T>): Promise<T> => {
        const result = await written;
        const [run] = await db.read(contact.tenantId, (read) => read.select().from(runs).where(eq(runs.id, runId)));
        if (run?.finishedAt) throw new Error("the connection is gone");
        return result;
      };
      const forgetful: Database = {
        ...db,
        transaction: (scope, work) => loseOnceFinished(db.transaction(scope, work)),
        write: (scope, query) => loseOnceFinished(db.write(scope, query)),
      };
      expect(await answerRun(contact, runId, { db: forgetful }).catch(() => "lost")).toBe("lost");
      expect(await answerRun(contact, runId)).toBe("not_due");
      return 1;
    },
  };

  const sum = (values: readonly (number | null)[]) =>
    values.reduce<number | null>((total, value) => (total === null || value === null ? null : total + value), 0);

  test.each(Object.keys(fates))("a run that ends so is in the ledger, once for each request: %s", async (fate) => {
    const contact = await visitor();
    const requests = await fates[fate]?.(contact);
    const { entries, receipts, reserved } = await readAll(contact);
    expect(entries).toHaveLength(requests ?? 0);
    expect(entries.map(({ attempt }) => attempt)).toEqual(entries.map((_, index) => index + 1));
    expect(receipts).toMatchObject([
      {
        inputTokens: sum(entries.map(({ inputTokens }) => inputTokens)),
        outputTokens: sum(entries.map(({ outputTokens }) => outputTokens)),
        costMicros: sum(entries.map(({ costMicros }) => costMicros)),
      },
    ]);
    expect(reserved).toEqual([]);
  });

  test.each(["handed over", "its worker dies", "its worker comes back too late"])(
    "what the large model would have cost counts once for a run that goes on: %s",
    async (fate) => {
      const contact = await visitor();
      await fates[fate]?.(contact);
      const { entries } = await readAll(contact);
      const last = entries.at(-1)?.costMicros;
      expect(last).toBeGreaterThan(0);
      expect(entries.map(({ largeCostMicros }) => largeCostMicros)).toEqual([0, last]);
    },
  );

  test("an answer that no model was asked for is an entry, too: for nothing, and the large model in its place as far as it would have been asked", async () => {
    const byBuiltIn = { provider: null, model: null, tier: 0, inputTokens: 0, outputTokens: 0, costMicros: 0 };
    const entryOf = async (contact: Contact, text: string, more: Partial<AnswerDeps> = {}) => {
      const runId = await queue(contact, text);
      await answerRun(contact, runId, more);
      const { entries, receipts, months } = await readAll(contact);
      expect(entries).toMatchObject([{ purpose: "answer", runId, attempt: 1, ...byBuiltIn }]);
      expect(receipts).toMatchObject([{ inputTokens: 0, outputTokens: 0, costMicros: 0 }]);
      expect(sum(months.map(({ costMicros }) => costMicros))).toBe(0);
      return entries[0]?.largeCostMicros;
    };
    const before = provider.requests.length;
    expect(await entryOf(await visitor(), question, { modelsOf: writtenBy() })).toBeNull();
    expect(await entryOf(await visitor(), "Thank you!")).toBe(0);
    expect(await entryOf(await world.contact(), question)).toBe(0);
    const modelsOf: AnswerDeps["modelsOf"] = async (of) => ({ ...(await deps.modelsOf(of)), quality: "economical" });
    expect(await entryOf(await visitor(), question, { modelsOf })).toBeGreaterThan(100);
    expect(provider.requests).toHaveLength(before);
  });

  test("an answer that failed before anything was asked is an entry, for nothing", async () => {
    const circuit = createCircuit();
    for (let time = 0; time < 5; time++) circuit.admit()?.failed();
    const shut = createModel({ baseUrl: provider.url, model: "fake-1", prices, circuit });
    const contact = await visitor();
    const runId = await queue(contact, "Who walks on the moon?");
    expect(await answerRun(contact, runId, { modelsOf: writtenBy(shut) })).toBe("failed");

    const fails = { ...deps.embedder, embed: () => Promise.reject(new Error("poison")) };
    const poisoned = await queue(contact, "Why does it fail each time?");
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await answerRun(contact, poisoned, { embedder: fails })).toBe("put_off");
      await endLease(contact, poisoned);
    }
    expect(await answerRun(contact, poisoned, { embedder: fails })).toBe("failed");
    const { entries } = await readAll(contact);
    expect(entries.map((entry) => entry.runId).sort()).toEqual([runId, poisoned].sort());
    for (const entry of entries)
      expect(entry).toMatchObject({ model: null, inputTokens: 0, costMicros: 0, largeCostMicros: 0 });
  });

  test("the receipts of any history sum to the ledger, and the months' sums as well", async () => {
    const names = Object.keys(fates);
    const first = await visitor();
    let state = 7;
    const next = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    let expected = 0;
    for (let step = 0; step < 25; step++) {
      const fate = fates[names[next(names.length)] ?? ""];
      expected += (await fate?.(await visitor(first))) ?? 0;
    }
    const { entries, receipts, months, reserved } = await readAll(first);
    expect(entries).toHaveLength(expected);
    const spent = sum(entries.map(({ costMicros }) => costMicros));
    expect(spent).toBeGreaterThan(0);
    expect(sum(receipts.map(({ costMicros }) => costMicros))).toBe(spent);
    expect(sum(months.map(({ costMicros }) => costMicros))).toBe(spent);
    expect(reserved).toEqual([]);
  });

  test("what the provider counted is entered as it counted it, however slowly the words came; what it did not count, as we do", async () => {
    const text = "Drop it into the folder [1].";
    const tell = async (behaviour: Behaviour) => {
      const contact = await visitor();
      provider.enqueue({ text, ...behaviour });
      await answerRun(contact, await queue(contact));
      const { entries } = await readAll(contact);
      return entries.map(({ id: _, at: __, tenantId: ___, runId: ____, conversationId: _____, ...entry }) => entry);
    };
    const at = await tell({});
    expect(at).toMatchObject([
      {
        ...{ purpose: "answer", attempt: 1, model: "fake-1", provider: new URL(provider.url).host, tier: 1 },
        ...{ inputTokens: 200, cachedTokens: 50, countedBy: "provider" },
        costMicros: 150 + 25 + 2 * (at[0]?.outputTokens ?? Number.NaN),
      },
    ]);
    expect(at[0]?.largeCostMicros).toBe(at[0]?.costMicros);
    expect(await tell({ tokensPerSecond: 100 })).toEqual(at);
    const [uncounted] = await tell({ usage: false });
    expect(uncounted).toMatchObject({ countedBy: "tokenizer", outputTokens: countTokens(text), cachedTokens: null });
    expect(uncounted?.costMicros).toBe((uncounted?.inputTokens ?? 0) + 2 * countTokens(text));
    const [refused, ...others] = await tell({ status: 401 });
    expect(refused).toMatchObject({ countedBy: "provider", inputTokens: 0, costMicros: 0 });
    // The built-in answerer stood in.
    expect(others).toMatchObject([{ provider: null, model: null, tier: 0, inputTokens: 0, costMicros: 0 }]);
  });

  test("the same words in one piece and in fifty are the same answer: its text, citations, receipt and entry", async () => {
    const first = await visitor();
    const text =
      "Drop them into the **documents folder** [1], as [a link](https://elsewhere.example/x) never says [7].\n\n- One by one [1]";
    const tell = async (pieces: number) => {
      const contact = await visitor(first);
      provider.enqueue({ text, pieces });
      const runId = await queue(contact);
      expect(await answerRun(contact, runId)).toBe("answered");
      const replies = await db.read(contact.tenantId, (read) =>
        read.select().from(messages).where(eq(messages.runId, runId)),
      );
      const { conversationId } = contact;
      const listed = (await contact.api.conversations.messages({ conversationId })).messages.at(-1);
      const {
        runId: _,
        queuedAt,
        startedAt,
        firstWordsAt,
        finishedAt,
        ...receipt
      } = await contact.api.runs.get({ runId });
      const entries = (await readAll(contact)).entries.filter((entry) => entry.runId === runId);
      return {
        text: replies.map((reply) => reply.text),
        citations: listed?.citations,
        receipt,
        entries: entries.map(({ id: _id, at: _at, runId: _run, conversationId: _of, ...entry }) => entry),
      };
    };
    const whole = await tell(1);
    expect(whole.text).toEqual([expect.stringMatching(/^Drop them into the \*\*documents folder\*\* \[1\]/)]);
    expect(whole.text.join()).not.toMatch(/elsewhere|\[7\]/);
    expect(whole.citations).toHaveLength(1);
    expect(whole.entries).toHaveLength(1);
    expect(await tell(50)).toEqual(whole);
    expect(await tell(text.length)).toEqual(whole);
  });

  test.each<[string, Behaviour["usage"][]]>([
    ["none of its steps", [false, false, false]],
    ["some of its steps alone", [{ prompt_tokens: 100, completion_tokens: 5 }, false, undefined]],
  ])("of an answer with look-ups all that was sent is counted, where its provider tells %s", async (_, usages) => {
    const contact = await visitor();
    const status = "The order was packed, and then it was sent. ".repeat(200);
    const lookUp = {
      ...{ name: "look_up_order", description: "Looks up an order.", schema: { type: "object" as const } },
      call: async () => ({ outcome: "ok" as const, text: status, durationMs: 1 }),
    };
    for (const [index, usage] of usages.entries()) {
      const toolCalls = [{ name: "look_up_order", input: { order: index } }];
      const isLast = index === usages.length - 1;
      const words: Behaviour = isLast
        ? { text: "It was sent [2]." }
        : { text: "", toolCalls, finishReason: "tool_calls" };
      provider.enqueue({ ...words, ...(usage !== undefined && { usage }) });
    }
    const before = provider.requests.length;
    const saved = { id: HttpToolId.parse(randomUUID()), method: "GET" as const, url: "https://shop.example/orders" };
    const { name, description } = lookUp;
    const tool = { ...saved, name, description, parameters: "{}", headerNames: [], sendsContact: false, enabled: true };
    await db.transaction(contact.tenantId, (tx) => tx.insert(httpTools).values(tool));
    const toolsOf: AnswerDeps["toolsOf"] = async (_tenant, _contact, first) => createToolbox([lookUp], first);
    expect(await answerRun(contact, await queue(contact), { toolsOf })).toBe("answered");
    const sent = provider.requests.slice(before).map(({ body }) => countTokens(JSON.stringify(body.messages)));
    expect(sent).toHaveLength(3);
    const all = sum(sent) ?? 0;
    const { entries } = await readAll(contact);
    expect(entries).toMatchObject([{ countedBy: "tokenizer" }]);
    expect(entries[0]?.inputTokens).toBeGreaterThan(0.85 * all);
    expect(entries[0]?.inputTokens).toBeLessThan(1.15 * all);
  });

  test("a request that nobody has ended for an hour is entered as the next one begins, and one that may go on is not", async () => {
    const contact = await visitor();
    const { tenantId } = contact;
    const reserved = (minutes: number) => ({
      ...{ id: randomUUID(), purpose: "playground" as const, provider: "host", model: "m", tier: 1 },
      ...{ inputTokens: 100, inputCostMicros: 50, largeInputCostMicros: null },
      at: sql`now() - ${minutes} * interval '1 minute'`,
    });
    const [forgotten, goingOn] = [reserved(61), reserved(59)];
    await db.transaction(tenantId, (tx) => tx.insert(spendingReserved).values([forgotten, goingOn]));
    await answerRun(contact, await queue(contact));
    const entered = await db.read(tenantId, (read) =>
      read
        .select()
        .from(spending)
        .where(inArray(spending.id, [forgotten.id, goingOn.id])),
    );
    expect(entered).toMatchObject([{ id: forgotten.id, inputTokens: 100, costMicros: 50, countedBy: "tokenizer" }]);
    const left = await db.read(tenantId, (read) => read.select({ id: spendingReserved.id }).from(spendingReserved));
    expect(left).toEqual([{ id: goingOn.id }]);
  });

  test("the ledger can neither be changed nor cut", async () => {
    const contact = await visitor();
    await answerRun(contact, await queue(contact));
    const changed = db.transaction(contact.tenantId, (tx) => tx.update(spending).set({ costMicros: 0 }));
    await expect(changed).rejects.toThrow(/permission denied/);
    await expect(db.transaction(contact.tenantId, (tx) => tx.delete(spending))).rejects.toThrow(/permission denied/);
  });
});
