import { isDeepStrictEqual } from "node:util";
import type { RunId } from "@parley/contracts";
import { openDatabase } from "@parley/db";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import { createGuardedFetch } from "@parley/platform/http/fetch-guarded";
import { createLogger } from "@parley/platform/log";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer } from "./assistant/answer.ts";
import { watchTakeovers } from "./assistant/watch-takeovers.ts";
import { workOnGaps } from "./gaps/jobs.ts";
import { createJobs } from "./knowledge/jobs.ts";
import { workOnCrawls } from "./knowledge/work-on-crawls.ts";
import { workOnTests } from "./knowledge-tests/jobs.ts";
import { createMailJobs } from "./mail/mail-jobs.ts";
import { createFullTenant, type FullTenant } from "./testing/full-tenant.ts";
import { createWordEmbedder } from "./testing/library.ts";
import { testObjects } from "./testing/test-objects.ts";
import { createWorld } from "./testing/world.ts";
import { writtenBy } from "./testing/written-by.ts";

// Every kind of job that the queue knows, by pg-boss's own list of them. One that is named neither here nor there has no proof.

type Ids = FullTenant["ids"];
const tried: Record<string, (tenantId: string, of: Ids) => object> = {
  ingestDocument: (tenantId, of) => ({ tenantId, documentId: of.DocumentId, versionId: of.DocumentVersionId }),
  crawlSource: (tenantId, of) => ({ tenantId, sourceId: of.SourceId, crawlId: of.DocumentId }),
  clearSource: (tenantId, of) => ({ tenantId, sourceId: of.SourceId }),
  clearDocument: (tenantId, of) => ({ tenantId, documentId: of.DocumentId }),
  clearDocuments: (tenantId, of) => ({ tenantId, documentIds: [of.DocumentId] }),
  indexKnowledge: (tenantId) => ({ tenantId }),
  collectGaps: (tenantId) => ({ tenantId }),
  replayTests: (tenantId, of) => ({ tenantId, runId: of.KnowledgeTestRunId }),
  giveUpTests: (tenantId, of) => ({ tenantId, runId: of.KnowledgeTestRunId }),
  noticeChange: (tenantId) => ({ tenantId }),
  ingestAlone: (tenantId, of) => ({ tenantId, documentId: of.DocumentId, versionId: of.DocumentVersionId }),
  changeEmbedder: (tenantId) => ({ tenantId, changeId: "00000000-0000-4000-8000-000000000001" }),
  giveUpChange: (tenantId) => ({ tenantId, changeId: "00000000-0000-4000-8000-000000000001" }),
  resumeDocuments: (tenantId) => ({ tenantId }),
  clearVectors: (tenantId) => ({ tenantId }),
};
/** Hold a letter and its address, and name nothing of a tenant's. */
const ofNoTenant = ["sendMail", "unsentMail"];

const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const logged: { msg?: string; job?: string; order?: unknown }[] = [];
const logger = createLogger(
  { level: "debug", format: "json" },
  { write: (line) => void logged.push(JSON.parse(line)) },
);
const jobs = createJobs({ db, logger, embedded: false });
const mail = createMailJobs({
  queue: jobs.queue,
  logger,
  secret: "a secret of this test alone, 32 characters or more",
});
const embedder = createWordEmbedder();
const eventLog = createInProcessEventLog({ logger });
let tests: Awaited<ReturnType<typeof workOnTests>>;
let gaps: Awaited<ReturnType<typeof workOnGaps>>;
const world = await createWorld(db);
const fetch = createGuardedFetch({ allowedHosts: [], contact: "http://localhost" });
const crawls = workOnCrawls({ db, jobs, fetch, logger });

beforeAll(async () => {
  await jobs.start();
  await jobs.work({ embedder, objects: testObjects });
  await crawls.start();
  const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000 };
  gaps = await workOnGaps(jobs, { db, eventLog, embedder });
  tests = await workOnTests(jobs, { db, eventLog, embedder, logger, modelsOf: writtenBy(), limits });
});
afterAll(async () => {
  await tests.stop();
  await gaps.stop();
  await eventLog.close();
  await crawls.stop();
  await jobs.stop();
  await fetch.close();
  await db.close();
  await database.drop();
});

/** Every row of the tenant's, of every table. */
const stateOf = (tenantId: string) =>
  withClient(database.adminConnection, async (admin) => {
    const tables = await admin.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
    );
    const state: Record<string, string[]> = {};
    for (const { relname } of tables.rows) {
      const table = admin.escapeIdentifier(relname);
      const { rows } = await admin.query(`select t::text as row from ${table} t where tenant_id = $1 order by 1`, [
        tenantId,
      ]);
      if (rows.length > 0) state[relname] = rows.map(({ row }) => row);
    }
    return state;
  });

/** Orders the job, and waits until it was tried. */
async function carryOut(name: string, order: object): Promise<void> {
  const before = logged.length;
  await db.transaction("system", (tx) => jobs.queue.send(tx, name, order));
  await expect
    .poll(() => logged.slice(before).filter((line) => line.job === name && isDeepStrictEqual(line.order, order)))
    .not.toEqual([]);
}

describe("a job", () => {
  test("[T12] of every kind that the queue knows is tried here, or names no tenant", async () => {
    expect(mail.send).toBeDefined();
    const { rows } = await db.executeSql("system")(
      "select name from pgboss.queue where name not like '\\_\\_pgboss%' order by 1",
    );
    expect(rows.map(({ name }) => name)).toEqual([...Object.keys(tried), ...ofNoTenant].sort());
  });

  test.each(Object.keys(tried))(
    "[T12] %s of one tenant about another's document has no effect on either",
    async (name) => {
      const [ours, theirs] = [await createFullTenant(world, "ours"), await createFullTenant(world, "theirs")];
      const before = [await stateOf(ours.tenantId), await stateOf(theirs.tenantId)];
      await carryOut(name, tried[name]?.(ours.tenantId, theirs.ids) ?? {});
      expect([await stateOf(ours.tenantId), await stateOf(theirs.tenantId)]).toEqual(before);
    },
  );

  test.each(Object.keys(tried))("[T12] %s that outlives its tenant brings nothing of it back", async (name) => {
    const gone = await createFullTenant(world, "gone");
    await withClient(database.adminConnection, async (admin) => {
      // As an operator removes a tenant: every row that names it.
      await admin.query("set session_replication_role = replica");
      for (const table of Object.keys(await stateOf(gone.tenantId))) {
        await admin.query(`delete from ${admin.escapeIdentifier(table)} where tenant_id = $1`, [gone.tenantId]);
      }
    });
    await carryOut(name, tried[name]?.(gone.tenantId, gone.ids) ?? {});
    expect(await stateOf(gone.tenantId)).toEqual({});
  });

  test("[T12 control] about the tenant's own document does have an effect", async () => {
    const ours = await createFullTenant(world, "ours");
    const { documentId, versionId } = await ours.library.add("c-third.md", "# Third\n\nA zebra has stripes.\n");
    const before = await stateOf(ours.tenantId);
    await carryOut("ingestDocument", { tenantId: ours.tenantId, documentId, versionId });
    expect(await stateOf(ours.tenantId)).not.toEqual(before);
  });
});

describe("an answer", () => {
  test("[T12] that is due in one tenant is not given in another's name", async () => {
    const takeovers = await watchTakeovers(eventLog);
    const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000, leaseMs: 5_000 };
    const deps = { db, eventLog, embedder, takeovers, logger, modelsOf: writtenBy(), limits };
    const [ours, theirs] = [await createFullTenant(world, "ours"), await createFullTenant(world, "theirs")];
    const before = [await stateOf(ours.tenantId), await stateOf(theirs.tenantId)];
    const runId = theirs.ids.RunId as RunId;
    const stopping = new AbortController().signal;

    await answer(deps, { tenantId: ours.tenantId, runId }, stopping);
    expect([await stateOf(ours.tenantId), await stateOf(theirs.tenantId)]).toEqual(before);

    await answer(deps, { tenantId: theirs.tenantId, runId }, stopping);
    const { rows } = await db.read(theirs.tenantId, (read) =>
      read.execute(sql`select 1 from messages where author = 'assistant'`),
    );
    expect(rows).toHaveLength(1);
    await takeovers.stop();
  });
});
