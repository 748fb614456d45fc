import { openModels } from "@parley/core/assistant/open-models";
import { connect } from "@parley/core/connect";
import { createJobs } from "@parley/core/knowledge/jobs";
import { openEmbedders } from "@parley/core/knowledge/open-embedders";
import { createMailJobs } from "@parley/core/mail/mail-jobs";
import { loadConfig } from "@parley/platform/config";
import { createLogger } from "@parley/platform/log";
import { createMailer } from "@parley/platform/mail/create-mailer";
import { createObjectStore } from "@parley/platform/objects/create-object-store";
import closeWithGrace from "close-with-grace";
import { createWorker } from "./create-worker.ts";

const config = loadConfig(process.env);
const logger = createLogger(config.log).child({ service: "worker" });
const { db, eventLog, close } = await connect(config, logger);
const embedder = await openEmbedders({ config });
const jobs = createJobs({ db, logger, embedded: false });
const mailJobs = createMailJobs({ queue: jobs.queue, logger, secret: config.secret });
const { mailer, capture } = createMailer(config, ({ id }) => logger.warn({ mailId: id }, "mail kept, not sent"));
if (capture) logger.warn({ folder: `${config.dataDir}/mail` }, "SMTP_URL is not set: mails are kept in a folder");
await jobs.start();
const models = openModels({ db, config });
const worker = createWorker({
  config,
  db,
  eventLog,
  embedder,
  objects: createObjectStore(config),
  models,
  jobs,
  checkpointDir: config.auditCheckpointDir,
  mailJobs,
  mailer,
  logger,
});
if (!config.auditCheckpointDir) {
  logger.warn("no audit checkpoints are written: AUDIT_CHECKPOINT_DIR is not set");
}
await worker.start();
logger.info("working");

closeWithGrace({ delay: 30_000, logger }, async () => {
  await worker.stop();
  await models.close();
  await embedder.close();
  await close();
});
