import { connect } from "@parley/core/connect";
import { loadConfig } from "@parley/platform/config";
import { createLogger } from "@parley/platform/log";
import closeWithGrace from "close-with-grace";
import { createRealtime } from "./create-realtime.ts";

// Above what closing sockets takes; after that the process goes without having said good-bye.
const graceMs = 10_000;

const config = loadConfig(process.env);
const logger = createLogger(config.log).child({ service: "realtime" });
const { db, eventLog, rateLimiter, close } = await connect(config, logger);
const realtime = await createRealtime({
  config,
  db,
  eventLog,
  rateLimiter: config.rateLimits ? rateLimiter : undefined,
  logger,
});

await realtime.listen();
logger.info({ port: realtime.port }, "listening");

closeWithGrace({ delay: graceMs, logger }, async () => {
  await realtime.close();
  await close();
});
