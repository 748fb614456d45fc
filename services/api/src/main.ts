import { openAccounts } from "@parley/core/accounts/open-accounts";
import { openModels } from "@parley/core/assistant/open-models";
import { connect } from "@parley/core/connect";
import { createJobs } from "@parley/core/knowledge/jobs";
import { openEmbedders } from "@parley/core/knowledge/open-embedders";
import { createMailJobs } from "@parley/core/mail/mail-jobs";
import { createRelay } from "@parley/core/outbox/relay";
import { loadConfig } from "@parley/platform/config";
import { createLogger } from "@parley/platform/log";
import { createObjectStore } from "@parley/platform/objects/create-object-store";
import closeWithGrace from "close-with-grace";
import { createApi } from "./create-api.ts";

const config = loadConfig(process.env);
const logger = createLogger(config.log).child({ service: "api" });
const { db, eventLog, rateLimiter, sessionCache, close } = await connect(config, logger);
const embedder = await openEmbedders({ config });
const jobs = createJobs({ db, logger, embedded: false });
const mailJobs = createMailJobs({ queue: jobs.queue, logger, secret: config.secret });
await jobs.start();
// What this process commits it also relays, at once; the workers relay what a dead process left.
const relay = createRelay({ db, eventLog, logger });
relay.start();
const accounts = openAccounts({ db, mailJobs, sessionCache, logger, config });
const objects = createObjectStore(config);
const models = openModels({ db, config });
const api = await createApi({
  config,
  db,
  eventLog,
  embedder,
  accounts,
  jobs,
  objects,
  mailJobs,
  models,
  rateLimiter,
  logger,
});
await api.listen({ host: config.host, port: config.api.port });
logger.info({ port: config.api.port }, "listening");

closeWithGrace({ delay: 15_000, logger }, async () => {
  await api.close();
  await jobs.stop();
  await relay.stop();
  await embedder.close();
  await models.close();
  await close();
});
