import { randomUUID } from "node:crypto";
import { KnowledgeTestId } from "@parley/contracts";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createLogger } from "@parley/platform/log";
import { expect, test } from "vitest";
import type { Answerer } from "../assistant/answerer.ts";
import { createJobs } from "../knowledge/jobs.ts";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { workOnTests } from "./jobs.ts";

test("a change that the event log tells of has the tests asked again by a worker, and so has one that came while none ran", async () => {
  await using world = await createWorld();
  const { tenantId, api } = await world.tenant();
  const logger = createLogger({ level: "silent", format: "json" });
  const eventLog = createInProcessEventLog({ logger });
  const embedder = createWordEmbedder();
  const jobs = createJobs({ db: world.db, logger, embedded: false });
  await jobs.start();
  const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000 };
  const deps = { db: world.db, eventLog, logger, embedder, modelsOf: writtenBy(), limits };
  const tests = await workOnTests(jobs, deps);

  const library = createLibrary(world.db, tenantId, embedder);
  const id = KnowledgeTestId.parse(randomUUID());
  await api.knowledgeTests.create({ id, question: "Where does the elephant live?", words: ["Africa"] });
  const { documentId } = await library.read("elephant.md", "# Elephant\n\nThe elephant does live in Africa.\n");
  await eventLog.publish([{ id: "1", tenantId, event: { type: "document.changed", documentId } }]);
  const newest = async () => (await api.knowledgeTests.runs())[0];
  await expect.poll(newest, { timeout: 15_000 }).toMatchObject({ status: "finished", cause: "changed", total: 1 });

  await tests.stop();
  await jobs.stop();

  // From its next start on the installation has another model, of which nobody tells.
  const other: Answerer = {
    ...{ answerer: "language-model", provider: null, model: "another", readsHistory: false },
    async *write() {
      yield "It does live in Africa [1].";
      return { how: "complete", reason: null };
    },
  };
  const again = createJobs({ db: world.db, logger, embedded: false });
  await again.start();
  const restarted = await workOnTests(again, { ...deps, modelsOf: writtenBy(other) });
  await expect.poll(newest, { timeout: 15_000 }).toMatchObject({
    ...{ status: "finished", cause: "changed" },
    changes: [{ kind: "answerer", name: "another (best)" }],
  });
  await restarted.stop();
  await again.stop();
  await eventLog.close();
});

test("what is noticed later is noticed by a worker once it is due", async () => {
  await using world = await createWorld();
  const { tenantId, api } = await world.tenant();
  const logger = createLogger({ level: "silent", format: "json" });
  const eventLog = createInProcessEventLog({ logger });
  const embedder = createWordEmbedder();
  const jobs = createJobs({ db: world.db, logger, embedded: false });
  await jobs.start();
  await createLibrary(world.db, tenantId, embedder).read("elephant.md", "# Elephant\n\nThe elephant is grey.\n");
  const id = KnowledgeTestId.parse(randomUUID());
  await api.knowledgeTests.create({ id, question: "What colour is the elephant?", words: ["grey"] });
  await world.db.transaction(tenantId, (tx) => jobs.send(tx, "noticeChange", { tenantId }, { delaySeconds: 300 }));
  const executeSql = world.db.executeSql("system");
  const { rows } = await executeSql(
    "select round(extract(epoch from start_after - created_on))::integer as seconds from pgboss.job where name = $1 and data->>'tenantId' = $2",
    ["noticeChange", tenantId],
  );
  expect(rows).toEqual([{ seconds: 300 }]);
  await executeSql("update pgboss.job set start_after = now() where name = $1 and data->>'tenantId' = $2", [
    "noticeChange",
    tenantId,
  ]);
  const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000 };
  const tests = await workOnTests(jobs, { db: world.db, eventLog, embedder, logger, modelsOf: writtenBy(), limits });
  const newest = async () => (await api.knowledgeTests.runs())[0];
  await expect.poll(newest, { timeout: 15_000 }).toMatchObject({ status: "finished", total: 1 });

  await tests.stop();
  await jobs.stop();
  await eventLog.close();
});
