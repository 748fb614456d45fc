import { randomUUID } from "node:crypto";
import type { RunId } from "@parley/contracts";
import type { Database } from "@parley/db";
import {
  budgetAlerts,
  budgetReservations,
  budgets,
  conversations,
  messages,
  runs,
  spendingMonths,
} from "@parley/db/schema";
import { bothDatabases, type OwnDatabase, openOwnDatabase } from "@parley/db/testing/both-databases";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import type { Mail } from "@parley/platform/mail/mail";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAlertMails } from "../costs/mail-alerts.ts";
import { recordSpending } from "../costs/record-spending.ts";
import { type FakeProvider, startFakeProvider } from "../testing/fake-provider.ts";
import { createWordEmbedder } from "../testing/library.ts";
import { teach } from "../testing/teach.ts";
import { createWorld, type World } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { type AnswerDeps, answer } from "./answer.ts";
import type { Answerer } from "./answerer.ts";
import { claimRun } from "./claim-run.ts";
import { createModel, type Model } from "./models/model.ts";
import { watchTakeovers } from "./watch-takeovers.ts";
import { wordings } from "./wording.ts";

const documents = { "documents.md": "# Documents\n\nAdd documents by dropping them into the documents folder.\n" };
const question = "How do I add documents?";
const neverStops = new AbortController().signal;
const logger = createLogger({ level: "silent", format: "json" });
/** A million tokens cost a dollar. */
const prices = { input: 1, output: 1 };
const steps = { cheaperAt: 50, builtInAt: 80, personAt: 100 };

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
  beforeEach(() => {
    provider.forget();
    provider.requests.length = 0;
  });

  type Contact = Awaited<ReturnType<World["contact"]>>;

  async function visitor(of?: Contact): Promise<Contact> {
    const contact = await world.contact(of);
    if (!of) await teach(deps, contact.tenantId, documents);
    return contact;
  }

  async function queue(contact: Contact): Promise<RunId> {
    const { id } = await contact.say(question);
    const [run] = await db.read(contact.tenantId, (read) => read.select().from(runs).where(eq(runs.questionId, id)));
    if (!run) throw new Error("no run is due");
    return run.id;
  }

  /** Asks, and the model's answer costs so many dollars. */
  async function ask(contact: Contact, dollars = 0, more: Partial<AnswerDeps> = {}) {
    if (dollars > 0) provider.enqueue({ usage: { prompt_tokens: dollars * 1_000_000, completion_tokens: 0 } });
    const runId = await queue(contact);
    const outcome = await answer({ ...deps, ...more }, { tenantId: contact.tenantId, runId }, neverStops);
    return { outcome, receipt: await contact.api.runs.get({ runId }) };
  }

  const reserved = ({ tenantId }: Contact) => db.read(tenantId, (read) => read.select().from(budgetReservations));
  const told = async ({ tenantId }: Contact) =>
    (await world.announced(tenantId)).filter(({ type }) => type === "budget.changed").length;

  test("as the budget is used up, answers get cheaper, then no model is paid, then a person has the conversation", async () => {
    const contact = await visitor();
    const { api } = contact;
    await api.costs.setBudget({ monthlyMicros: 1_000_000, ...steps });
    expect(await api.costs.budget()).toMatchObject({ costMicros: 0, inForce: null, alerts: [], unpriced: [] });

    const first = await ask(contact, 0.5);
    expect(first).toMatchObject({ outcome: "answered", receipt: { answerer: "language-model", budgetStep: null } });
    expect(await api.costs.budget()).toMatchObject({
      costMicros: 500_000,
      inForce: "cheaper",
      alerts: [{ percent: 50 }],
    });

    const second = await ask(contact, 0.3);
    expect(second.receipt).toMatchObject({ answerer: "language-model", budgetStep: "cheaper" });
    expect(await api.costs.budget()).toMatchObject({ inForce: "built_in", alerts: [{ percent: 50 }, { percent: 80 }] });
    const announced = await told(contact);

    const third = await ask(contact);
    expect(third).toMatchObject({
      outcome: "answered",
      receipt: { answerer: "built-in", budgetStep: "built_in", costMicros: 0 },
    });
    expect(provider.requests).toHaveLength(2);
    expect(await told(contact)).toBe(announced);

    await db.transaction(contact.tenantId, (tx) =>
      recordSpending(tx, { purpose: "playground" }, [
        {
          ...{ id: randomUUID(), provider: "p", model: "m", tier: 1, countedBy: "provider", largeCostMicros: null },
          ...{ inputTokens: 1, cachedTokens: 0, outputTokens: 0, costMicros: 200_000 },
        },
      ]),
    );
    const last = await ask(contact);
    expect(last).toMatchObject({
      outcome: "unknown",
      receipt: { budgetStep: "person", reason: "the budget is spent" },
    });
    const { tenantId, conversationId } = contact;
    const [conversation] = await db.read(tenantId, (read) =>
      read.select().from(conversations).where(eq(conversations.id, conversationId)),
    );
    expect(conversation).toMatchObject({ status: "open", assigneeId: null });
    const said = await db.read(tenantId, (read) => read.select().from(messages).orderBy(messages.seq));
    expect(said.slice(-2)).toMatchObject([{ text: wordings.en.handedOff }, { author: "system", notice: "handed_off" }]);
    expect(await api.costs.budget()).toMatchObject({ inForce: "person", costMicros: 1_000_000 });
    expect(await reserved(contact)).toEqual([]);
  });

  test("an answer under way when the budget is crossed is finished; the next one is not paid for", async () => {
    const contact = await visitor();
    await contact.api.costs.setBudget({ monthlyMicros: 1_000_000, builtInAt: 100 });
    const crossing = await ask(contact, 5);
    expect(crossing).toMatchObject({ outcome: "answered", receipt: { costMicros: 5_000_000, budgetStep: null } });
    expect((await ask(contact)).receipt).toMatchObject({ answerer: "built-in", budgetStep: "built_in" });
    expect(await contact.api.costs.budget()).toMatchObject({
      costMicros: 5_000_000,
      alerts: [{ percent: 50 }, { percent: 80 }, { percent: 100 }],
    });
  });

  test("of many answers side by side, as many are paid for as the budget holds and one more", async () => {
    const contacts = [await visitor()];
    while (contacts.length < 12) contacts.push(await visitor(contacts[0]));
    const [first] = contacts;
    const most = await mostOf(first as Contact);
    // Room for three, and the beginning of a fourth.
    const monthlyMicros = Math.round(most * 3.5);
    await first?.api.costs.setBudget({ monthlyMicros, builtInAt: 100 });

    // Nobody writes before all of them are let through or turned away.
    let settled = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const settle = () => {
      settled += 1;
      if (settled === contacts.length) open();
    };
    const gated: Answerer = {
      ...model,
      async *write(asked, options) {
        settle();
        await gate;
        return yield* model.write(asked, options);
      },
    };
    const results = await Promise.all(
      contacts.map(async (contact) => {
        const { receipt } = await ask(contact, 0, { modelsOf: writtenBy(gated) });
        if (receipt.answerer === "built-in") settle();
        return receipt;
      }),
    );
    expect(results.filter(({ answerer: by }) => by === "language-model")).toHaveLength(4);
    expect(results.filter(({ budgetStep }) => budgetStep === "built_in")).toHaveLength(8);
    const { costMicros } = (await first?.api.costs.budget()) ?? {};
    expect(costMicros).toBeLessThanOrEqual(monthlyMicros + most);
    expect(await reserved(first as Contact)).toEqual([]);
  });

  /** What is set aside for one answer of the tenant's, in millionths of a dollar. */
  async function mostOf(contact: Contact): Promise<number> {
    await contact.api.costs.setBudget({ monthlyMicros: 1_000_000_000 });
    let micros = 0;
    const looking: Answerer = {
      ...model,
      async *write(asked, options) {
        micros = (await reserved(contact))[0]?.micros ?? 0;
        return yield* model.write(asked, options);
      },
    };
    await ask(contact, 0, { modelsOf: writtenBy(looking) });
    expect(micros).toBeGreaterThan(4_000);
    await contact.api.costs.removeBudget();
    return micros;
  }

  test("what a worker that died had set aside is free again once its run is taken up", async () => {
    const contact = await visitor();
    const { tenantId } = contact;
    await contact.api.costs.setBudget({ monthlyMicros: 1_000_000, builtInAt: 100 });
    const runId = await queue(contact);
    await claimRun(db, tenantId, runId, 60_000);
    await db.transaction(tenantId, async (tx) => {
      await tx.insert(budgetReservations).values({ id: randomUUID(), runId, micros: 1_000_000 });
      await tx
        .update(runs)
        .set({ leaseUntil: new Date(0) })
        .where(eq(runs.id, runId));
    });
    expect(await answer(deps, { tenantId, runId }, neverStops)).toBe("answered");
    expect(await contact.api.runs.get({ runId })).toMatchObject({ answerer: "language-model", budgetStep: null });
    expect(await reserved(contact)).toEqual([]);
  });

  test("owners and admins are mailed once a month of each part of the budget, whatever it becomes, and nobody else is", async () => {
    const mails: Mail[] = [];
    const mailJobs = { send: async (_tx: unknown, mail: Mail) => void mails.push(mail) };
    const alerts = createAlertMails({ db, mailJobs, dashboardUrl: "https://app.example.com", logger });
    await alerts.run();
    mails.length = 0;

    const contact = await visitor();
    const { api, tenantId } = contact;
    const admin = await world.colleague(tenantId, "admin");
    await world.colleague(tenantId, "member");
    await world.colleague(tenantId, "viewer");
    await api.costs.setBudget({ monthlyMicros: 1_000_000, builtInAt: 100 });
    await ask(contact, 0.6);
    expect(await Promise.all([alerts.run(), alerts.run()])).toEqual(expect.arrayContaining([1, 0]));
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      [admin.user.email, "50 % of A tenant's budget for models is spent"],
    ]);
    expect(mails[0]?.text).toContain("US$ 0.60 of US$ 1.00");
    expect(mails[0]?.text).toContain("https://app.example.com/costs");

    await api.costs.setBudget({ monthlyMicros: 600_000, builtInAt: 100 });
    await alerts.run();
    expect(mails.map(({ subject }) => subject).slice(1)).toEqual(["100 % of A tenant's budget for models is spent"]);
    expect(mails[1]?.text).toContain("no model is paid for");

    await api.costs.setBudget({ monthlyMicros: 10_000_000, builtInAt: 100 });
    await ask(contact, 6);
    await alerts.run();
    expect(mails).toHaveLength(2);

    // A month later.
    await db.transaction(tenantId, async (tx) => {
      await tx.update(spendingMonths).set({ month: sql`(${spendingMonths.month} - interval '1 month')::date` });
      await tx.update(budgetAlerts).set({ month: sql`(${budgetAlerts.month} - interval '1 month')::date` });
    });
    expect(await api.costs.budget()).toMatchObject({ costMicros: 0, inForce: null, alerts: [] });
    await ask(contact, 5.5);
    await alerts.run();
    expect(mails.slice(2).map(({ subject }) => subject)).toEqual(["50 % of A tenant's budget for models is spent"]);
  });

  test("a workspace whose mails can't be written keeps nobody else's back, however many of those there are", async () => {
    const broken: string[] = [];
    const mails: string[] = [];
    const mailJobs = {
      async send(_tx: unknown, { to }: { to: string }) {
        if (broken.includes(to)) throw new Error("the mail can't be written");
        mails.push(to);
      },
    };
    const alerts = createAlertMails({ db, mailJobs, dashboardUrl: "https://app.example.com", logger });
    await alerts.run();
    mails.length = 0;
    const warned = async () => {
      const { tenantId } = await world.tenant();
      const { email } = (await world.colleague(tenantId, "admin")).user;
      await db.transaction(tenantId, async (tx) => {
        await tx.insert(budgets).values({ monthlyMicros: 1_000_000 });
        await tx.insert(budgetAlerts).values({ month: "2026-11-01", percent: 50 });
      });
      return { tenantId, email };
    };
    const all: Awaited<ReturnType<typeof warned>>[] = [];
    for (let count = 0; count < 22; count += 1) all.push(await warned());
    // They come by their ids: all but the last one.
    const emails = all.toSorted((one, two) => one.tenantId.localeCompare(two.tenantId)).map(({ email }) => email);
    broken.push(...emails.slice(0, -1));
    expect(await alerts.run()).toBe(1);
    expect(mails).toEqual(emails.slice(-1));
    broken.length = 0;
    await alerts.run();
    expect(mails.toSorted()).toEqual(emails.toSorted());
  });

  test("a budget over models without a price is set only by whoever knows that it does not hold them", async () => {
    const contact = await visitor();
    const { api } = contact;
    const unpriced = createModel({ baseUrl: provider.url, model: "fake-2", retryDelaysMs: [1, 1] });
    await ask(contact, 1, { modelsOf: writtenBy(unpriced) });
    const refused = api.costs.setBudget({ monthlyMicros: 1_000_000, builtInAt: 100 });
    await expect(refused).rejects.toMatchObject({ message: "budget.unpriced" });
    await api.costs.setBudget({ monthlyMicros: 1_000_000, builtInAt: 100, acceptUnpriced: true });
    const { receipt } = await ask(contact, 2, { modelsOf: writtenBy(unpriced) });
    expect(receipt).toMatchObject({ answerer: "language-model", inputTokens: 2_000_000, costMicros: null });
    expect(await api.costs.budget()).toMatchObject({
      costMicros: 0,
      unpriced: [{ isEmbedder: false, model: "fake-2", requests: 2, inputTokens: 3_000_000 }],
    });
  });

  test("a milder step never comes after a harder one", async () => {
    const { api } = await world.tenant();
    const wrong = api.costs.setBudget({ monthlyMicros: 1_000_000, cheaperAt: 90, builtInAt: 80 });
    await expect(wrong).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect((await api.costs.budget()).budget).toBeNull();
  });
});
