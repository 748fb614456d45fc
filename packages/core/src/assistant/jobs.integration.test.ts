import type { ConversationId, RunId, TenantId } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { messages, runs } from "@parley/db/schema";
import { createTestDatabase, type TestDatabase } from "@parley/db/testing";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { and, asc, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createMinilmEmbedder } from "../knowledge/embedders/minilm.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { createRelay } from "../outbox/relay.ts";
import { type FakeProvider, startFakeProvider } from "../testing/fake-provider.ts";
import { teach } from "../testing/teach.ts";
import { createWorld, type World } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { claimRun } from "./claim-run.ts";
import { type AssistantJobs, createAssistantJobs } from "./jobs.ts";
import { createModel } from "./models/model.ts";

const documents = { "documents.md": "# Documents\n\nAdd documents by dropping them into the documents folder.\n" };
const question = "How do I add documents?";
const logger = createLogger({ level: "silent", format: "json" });

let database: TestDatabase;
let db: Database;
let world: World;
let embedder: Embedder;
let provider: FakeProvider;
let eventLog: EventLog;
let relay: ReturnType<typeof createRelay>;
let workers: AssistantJobs[];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection });
  world = await createWorld(db);
  embedder = await createMinilmEmbedder();
  provider = await startFakeProvider();
});
afterAll(async () => {
  await provider.close();
  await embedder.close();
  await db.close();
  await database.drop();
});
beforeEach(() => {
  provider.requests.length = 0;
  workers = [];
  eventLog = createInProcessEventLog({ logger });
  relay = createRelay({ db, eventLog, logger });
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await relay.stop();
  await eventLog.close();
});

/** As if it were a process of its own: it shares the database and the event log with the others, and nothing else. */
async function startWorker({ model = false, leaseMs = 2_000 } = {}): Promise<AssistantJobs> {
  const worker = createAssistantJobs({
    db,
    eventLog,
    embedder,
    logger,
    models: { of: model ? writtenBy(createModel({ baseUrl: provider.url, model: "fake-1" })) : writtenBy() },
    config: { answer: { timeoutMs: 20_000, idleTimeoutMs: 20_000, leaseMs } },
  });
  await worker.start();
  workers.push(worker);
  return worker;
}

async function visitor() {
  const contact = await world.contact();
  await teach({ db, embedder }, contact.tenantId, documents);
  return contact;
}

const runsOf = ({ tenantId, conversationId }: { tenantId: TenantId; conversationId: ConversationId }) =>
  db.read(tenantId, (read) =>
    read.select().from(runs).where(eq(runs.conversationId, conversationId)).orderBy(asc(runs.createdAt), asc(runs.id)),
  );
const repliesOf = ({ tenantId, conversationId }: { tenantId: TenantId; conversationId: ConversationId }) =>
  db.read(tenantId, (read) =>
    read
      .select({ runId: messages.runId, outcome: messages.outcome })
      .from(messages)
      .where(and(eq(messages.conversationId, conversationId), eq(messages.author, "assistant")))
      .orderBy(asc(messages.seq)),
  );
const statusesOf = async (contact: Parameters<typeof runsOf>[0]) => (await runsOf(contact)).map(({ status }) => status);

test("messages are answered as they come, those of one conversation in their order, each once, by several workers", async () => {
  relay.start();
  await Promise.all([startWorker(), startWorker(), startWorker()]);
  const contacts = await Promise.all([visitor(), visitor(), visitor()]);
  for (let time = 0; time < 3; time++) {
    await Promise.all(contacts.map((contact) => contact.say(question)));
    relay.kick();
  }
  for (const contact of contacts) {
    await expect.poll(() => statusesOf(contact)).toEqual(["answered", "answered", "answered"]);
    const due: (RunId | null)[] = (await runsOf(contact)).map(({ id }) => id);
    expect((await repliesOf(contact)).map(({ runId }) => runId)).toEqual(due);
    expect((await runsOf(contact)).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
  }
});

test("what the event log lost is found in the database", async () => {
  const contact = await visitor();
  await contact.say(question);
  await startWorker();
  await expect.poll(() => statusesOf(contact)).toEqual(["answered"]);
});

test("a run whose worker died is answered by another one, once", async () => {
  const contact = await visitor();
  await contact.say(question);
  const [run] = await runsOf(contact);
  if (!run) throw new Error("no run is due");
  expect(await claimRun(db, contact.tenantId, run.id, 700)).toBeDefined();
  await startWorker({ leaseMs: 1_000 });
  await expect.poll(() => statusesOf(contact)).toEqual(["answered"]);
  expect(await repliesOf(contact)).toHaveLength(1);
  expect(await runsOf(contact)).toMatchObject([{ attempts: 2 }]);
});

test("a worker that ends hands its answer over in mid-sentence, and the contact gets it once and whole", async () => {
  relay.start();
  const contact = await visitor();
  const first = await startWorker({ model: true, leaseMs: 60_000 });
  provider.enqueue({ tokensPerSecond: 5 });
  await contact.say(question);
  relay.kick();
  await vi.waitFor(() => expect(provider.requests[0]?.sent).toBeGreaterThan(1), 10_000);

  await startWorker({ model: true, leaseMs: 60_000 });
  await first.stop();
  relay.kick();
  await expect.poll(() => statusesOf(contact)).toEqual(["answered"]);
  expect(await repliesOf(contact)).toHaveLength(1);
  expect(provider.requests.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(await runsOf(contact)).toMatchObject([{ attempts: 1 }]);
});

test("stopping a worker that never started is no fault", async () => {
  const worker = createAssistantJobs({
    db,
    eventLog,
    embedder,
    logger,
    models: { of: writtenBy() },
    config: { answer: { timeoutMs: 1_000, idleTimeoutMs: 1_000, leaseMs: 1_000 } },
  });
  await expect(worker.stop()).resolves.toBeUndefined();
});
