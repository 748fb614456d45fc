import { connect } from "@parley/core/connect";
import { loadConfig } from "@parley/platform/config";
import { createLogger } from "@parley/platform/log";
import closeWithGrace from "close-with-grace";
import { createRealtime } from "./create-realtime.ts";

// Above what closing sockets takes; after that the process goes without having said good-bye.
const graceMs = 10_000;

const config = loadConfig(process.env);
const logger = createLogger(config.log);
const { db, eventLog, close } = await connect(config, logger);
const realtime = await createRealtime({ config, db, eventLog, logger });

closeWithGrace({ delay: graceMs, logger: false }, async ({ err, signal }) => {
  if (err) logger.fatal({ err }, "realtime fails");
  else logger.info({ signal }, "realtime stops");
  await realtime.close();
  await close();
});

await realtime.listen();
