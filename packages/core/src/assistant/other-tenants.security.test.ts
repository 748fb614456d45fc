import { randomUUID } from "node:crypto";
import { openDatabase } from "@parley/db";
import { messages, runs } from "@parley/db/schema";
import { createTestDatabase } from "@parley/db/testing";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { startFakeProvider } from "../testing/fake-provider.ts";
import { createWordEmbedder } from "../testing/library.ts";
import { teach } from "../testing/teach.ts";
import { createWorld } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { answer } from "./answer.ts";
import { createModel } from "./models/model.ts";
import { watchTakeovers } from "./watch-takeovers.ts";

const canary = `canary${randomUUID().slice(0, 8)}`;
const question = "How do I return the blue lamp?";

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const world = await createWorld(db);
const provider = await startFakeProvider();
const embedder = createWordEmbedder();
const logged: string[] = [];
const logger = createLogger({ level: "debug", format: "json" }, { write: (line) => void logged.push(line) });
const eventLog = createInProcessEventLog({ logger });
const takeovers = await watchTakeovers(eventLog);
afterAll(async () => {
  await takeovers.stop();
  await eventLog.close();
  await provider.close();
  await db.close();
  await database.drop();
});

const deps = {
  db,
  eventLog,
  embedder,
  takeovers,
  logger,
  modelsOf: writtenBy(
    createModel({
      baseUrl: provider.url,
      apiKey: "key-for-tests",
      model: "fake-1",
      prices: { input: 1, output: 2 },
      retryDelaysMs: [1, 1],
    }),
  ),
  limits: { timeoutMs: 20_000, idleTimeoutMs: 20_000, leaseMs: 5_000 },
};

async function company(word: string) {
  const contact = await world.contact();
  await teach({ db, embedder }, contact.tenantId, {
    "returns.md": `# Returns\n\nReturn the blue lamp to ${word} within thirty days.\n`,
  });
  return {
    ...contact,
    async ask() {
      const { id } = await contact.say(question);
      const [run] = await db.read(contact.tenantId, (read) => read.select().from(runs).where(eq(runs.questionId, id)));
      if (!run) throw new Error("no run is due");
      await answer(deps, { tenantId: contact.tenantId, runId: run.id }, new AbortController().signal);
      const [reply] = await db.read(contact.tenantId, (read) =>
        read.select().from(messages).where(eq(messages.runId, run.id)),
      );
      return reply?.text ?? "";
    },
  };
}

test("[T13, T14 + control] the same question of another tenant is asked anew, of its own documents alone", async () => {
  const theirs = await company(canary);
  const ours = await company("the counter");
  expect(await theirs.ask()).toContain(canary); // it would be seen
  const [first] = provider.requests;
  expect(JSON.stringify(first)).toContain(canary);
  logged.length = 0;

  const reply = await ours.ask();
  expect(reply).toContain("the counter");
  expect(reply).not.toContain(canary);
  expect(provider.requests).toHaveLength(2); // no answer was kept for whoever asks the same
  expect(JSON.stringify(provider.requests[1])).not.toContain(canary);
  expect(logged.length).toBeGreaterThan(0);
  expect(logged.join("\n")).not.toContain(canary);
});

test("[T14] nothing of what was asked or answered is in the log", async () => {
  const theirs = await company(canary);
  logged.length = 0;
  await theirs.ask();
  expect(logged.length).toBeGreaterThan(0);
  expect(logged.join("\n")).not.toContain(canary);
  expect(logged.join("\n")).not.toContain("blue lamp");
});
