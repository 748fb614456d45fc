import { createSweep } from "@parley/core/accounts/sweep";
import { createAssistantJobs } from "@parley/core/assistant/jobs";
import type { WorkspaceModels } from "@parley/core/assistant/workspace-models";
import { writeCheckpoints } from "@parley/core/audit/write-checkpoints";
import { createAlertMails } from "@parley/core/costs/mail-alerts";
import { workOnGaps } from "@parley/core/gaps/jobs";
import type { KnowledgeJobs } from "@parley/core/knowledge/jobs";
import type { Embedder } from "@parley/core/knowledge/passage";
import { workOnCrawls } from "@parley/core/knowledge/work-on-crawls";
import { workOnTests } from "@parley/core/knowledge-tests/jobs";
import type { MailJobs } from "@parley/core/mail/mail-jobs";
import { createRelay } from "@parley/core/outbox/relay";
import type { Database } from "@parley/db";
import type { Config } from "@parley/platform/config";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createGuardedFetch } from "@parley/platform/http/fetch-guarded";
import type { Logger } from "@parley/platform/log";
import type { Mailer } from "@parley/platform/mail/mail";
import type { ObjectStore } from "@parley/platform/objects/object-store";

export type WorkerOptions = {
  config: Config;
  db: Database;
  eventLog: EventLog;
  embedder: Embedder;
  objects: ObjectStore;
  models: Pick<WorkspaceModels, "of" | "httpTools">;
  jobs: KnowledgeJobs;
  /** Where checkpoints of the audit logs go; undefined: none are written. */
  checkpointDir: string | undefined;
  mailJobs: MailJobs;
  mailer: Mailer;
  logger: Logger;
};

/** The work that nobody waits for at the door: answers, ingest, mails, the relay of what other processes left in the outbox, checkpoints, and the sweep. */
export type Worker = {
  start(): Promise<void>;
  /** Finishes what is nearly done and hands over the rest. */
  stop(): Promise<void>;
};

export function createWorker(options: WorkerOptions): Worker {
  const { db, eventLog, jobs, mailJobs, mailer, embedder, objects, checkpointDir, config, logger } = options;
  const relay = createRelay({ db, eventLog, logger });
  const assistant = createAssistantJobs(options);
  const sweep = createSweep({ db, logger });
  const fetch = createGuardedFetch({ allowedHosts: config.fetchAllowedHosts, contact: config.dashboard.url });
  const crawls = workOnCrawls({ db, jobs, fetch, logger });
  const alertMails = createAlertMails({ db, mailJobs, dashboardUrl: config.dashboard.url, logger });
  const checkpoints =
    checkpointDir === undefined
      ? undefined
      : writeCheckpoints({ db, secret: config.secret, folder: checkpointDir, logger });
  let tests: Awaited<ReturnType<typeof workOnTests>> | undefined;
  let gaps: Awaited<ReturnType<typeof workOnGaps>> | undefined;
  return {
    async start() {
      relay.start();
      checkpoints?.start();
      sweep.start();
      alertMails.start();
      await jobs.work({ embedder, objects });
      await crawls.start();
      await mailJobs.work(mailer);
      gaps = await workOnGaps(jobs, { db, eventLog, embedder });
      tests = await workOnTests(jobs, {
        ...{ db, eventLog, embedder, logger },
        modelsOf: options.models.of,
        limits: config.answer,
      });
      await assistant.start();
    },
    async stop() {
      await assistant.stop();
      await tests?.stop();
      await crawls.stop();
      await gaps?.stop();
      await jobs.stop();
      await fetch.close();
      await mailer.close();
      await sweep.stop();
      await alertMails.stop();
      await relay.stop();
      await checkpoints?.stop();
    },
  };
}
