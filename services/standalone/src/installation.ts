import { openAccounts } from "@parley/core/accounts/open-accounts";
import { openModels } from "@parley/core/assistant/open-models";
import { createJobs } from "@parley/core/knowledge/jobs";
import { openEmbedders } from "@parley/core/knowledge/open-embedders";
import { createMailJobs } from "@parley/core/mail/mail-jobs";
import { type Database, openDatabase } from "@parley/db";
import { openEmbedded } from "@parley/db/embedded";
import type { Config } from "@parley/platform/config";
import type { EventLog } from "@parley/platform/event-log/event-log";
import { createInProcessEventLog } from "@parley/platform/event-log/in-process-event-log";
import type { Logger } from "@parley/platform/log";
import type { CapturedMail } from "@parley/platform/mail/captured-mail";
import { createMailer } from "@parley/platform/mail/create-mailer";
import { createObjectStore } from "@parley/platform/objects/create-object-store";
import { createRateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { damaged } from "./data-folder.ts";

/** The embedded defaults of everything below the services: PGlite, an event log in this process, the built-in embedder. */
export async function openInstallation(options: {
  config: Config;
  folder: { path: string; databaseDir: string };
  logger: Logger;
  onDatabaseLost(error: Error): void;
  onCapturedMail?(mail: CapturedMail): void;
}) {
  const { config, folder, logger } = options;
  const embedded = await openEmbedded({
    dataDir: folder.databaseDir,
    onLost: options.onDatabaseLost,
  }).catch((error: Error & { code?: string }) => {
    if (error.code === "database.damaged") throw damaged(folder.path, error.message);
    throw error;
  });
  const db: Database = openDatabase(embedded);
  const eventLog: EventLog = createInProcessEventLog({ logger });
  const embedder = await openEmbedders({ config });
  const jobs = createJobs({ db, logger, embedded: true });
  const mailJobs = createMailJobs({ queue: jobs.queue, logger, secret: config.secret });
  await jobs.start();
  const { mailer, capture: capturedMail } = createMailer(
    { mail: config.mail, dataDir: folder.path },
    options.onCapturedMail ?? (() => {}),
  );
  const accounts = openAccounts({ db, mailJobs, logger, config });
  const models = openModels({ db, config });
  return {
    db,
    eventLog,
    rateLimiter: createRateLimiter({ logger }),
    embedder,
    objects: createObjectStore({ s3: config.s3, dataDir: folder.path }),
    jobs,
    mailJobs,
    mailer,
    /** Undefined when mails are sent. */
    capturedMail,
    accounts,
    models,
    async close() {
      await eventLog.close();
      await models.close();
      await embedder.close();
      await db.close();
      await embedded.close();
    },
  };
}
export type Installation = Awaited<ReturnType<typeof openInstallation>>;
