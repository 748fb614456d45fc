import "./save-memory.ts";
import path from "node:path";
import { showsCapturedMail } from "@parley/api/captured-mail-routes";
import { createApi } from "@parley/api/create-api";
import { ConfigError, loadConfig } from "@parley/platform/config";
import { createLogger } from "@parley/platform/log";
import { createRealtime } from "@parley/realtime/create-realtime";
import { createWorker } from "@parley/worker/create-worker";
import closeWithGrace from "close-with-grace";
import { openDataFolder } from "./data-folder.ts";
import { countUnfinished, demoSignIn, ensureDemoTenant, ingestDocumentation } from "./demo.ts";
import { openInstallation } from "./installation.ts";
import { OperatorError } from "./operator-error.ts";
import { createDashboardSite, createWidgetSite } from "./sites.ts";
import { createSteps } from "./steps.ts";

// Everything in one process on the embedded defaults: what `npm start` runs.

const say = (text: string) => process.stdout.write(`${text}\n`);
/** Closed in the opposite order to the one they were opened in. */
const opened: { name: string; close: () => Promise<unknown> }[] = [];

async function closeAll(): Promise<void> {
  for (const { close } of opened.splice(0).reverse()) await close();
}

/** @throws a sentence for the one thing that goes wrong here every day: another program has the port */
async function listen(name: string, variable: string, port: number, start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new OperatorError(
      `Port ${port} for the ${name} is in use by another program: stop that program, or choose another port with ${variable}.`,
    );
  }
}

async function start(): Promise<void> {
  const steps = createSteps(say);
  const reset = process.argv.includes("--reset");
  const folderPath = path.resolve(process.env.PARLEY_DATA_DIR || "data");
  const folder = await openDataFolder(folderPath, { reset });
  opened.push({ name: "data folder", close: () => folder.release() });

  const config = loadConfig({
    ...process.env,
    PARLEY_SECRET: process.env.PARLEY_SECRET || folder.secrets.secret,
    ADMIN_TOKEN: process.env.ADMIN_TOKEN || folder.secrets.adminToken,
    LOG_FORMAT: process.env.LOG_FORMAT || (process.stdout.isTTY ? "pretty" : "json"),
    LOG_LEVEL: process.env.LOG_LEVEL || "warn",
  });
  const logger = createLogger(config.log);

  // Where `/mail` is shown to nobody, whoever runs us finds the files.
  const hasMailPage = showsCapturedMail(config.api.url);
  const mailPlace = hasMailPage ? `${config.api.url}/mail` : path.join(folder.path, "mail");

  const installation = await steps.run(
    folder.isNew ? "made the database (PGlite)" : "opened the database (PGlite)",
    () =>
      openInstallation({
        config,
        folder,
        logger,
        onCapturedMail: ({ id, to, subject }) =>
          say(`  ✉ to ${to}: ${subject}   ${mailPlace}/${id}${hasMailPage ? "" : ".json"}`),
        onDatabaseLost(error) {
          logger.fatal({ err: error }, "the database is gone");
          process.kill(process.pid, "SIGTERM");
        },
      }),
  );
  opened.push({ name: "installation", close: () => installation.close() });
  const services = { ...installation, config, logger };

  const worker = createWorker({
    ...services,
    checkpointDir: config.auditCheckpointDir ?? folder.checkpointDir,
  });
  await worker.start();
  opened.push({ name: "worker", close: () => worker.stop() });

  const realtime = await createRealtime({
    ...services,
    rateLimiter: config.rateLimits ? services.rateLimiter : undefined,
  });
  await listen("realtime server", "REALTIME_PORT", config.realtime.port, () => realtime.listen());
  opened.push({ name: "realtime", close: () => realtime.close() });

  const api = await createApi(services);
  await listen("api", "API_PORT", config.api.port, () => api.listen({ host: config.host, port: config.api.port }));
  opened.push({ name: "api", close: () => api.close() });

  const demo = await steps.run("prepared the demo workspace", () =>
    ensureDemoTenant(services, {
      password: folder.secrets.demoPassword,
      origins: [new URL(config.widget.url).origin],
    }),
  );
  await steps.run("read Parley's documentation into its knowledge", async () => {
    const versions = await ingestDocumentation({ ...services, offeredPages: folder.offeredPages }, demo.tenantId);
    while ((await countUnfinished(services.db, demo.tenantId, versions)) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  await steps.run("opened the dashboard and the demo shop", async () => {
    const dashboard = await createDashboardSite(config);
    const { host } = config;
    await listen("dashboard", "DASHBOARD_PORT", config.dashboard.port, () =>
      dashboard.listen({ host, port: config.dashboard.port }),
    );
    opened.push({ name: "dashboard", close: () => dashboard.close() });
    const shop = await createWidgetSite(config, demo.publishableKey);
    await listen("demo shop", "WIDGET_PORT", config.widget.port, () => shop.listen({ host, port: config.widget.port }));
    opened.push({ name: "demo shop", close: () => shop.close() });
  });
  await folder.announceRunning(config.api.url);
  const elsewhere = ["DATABASE_URL", "REDIS_URL"].filter((name) => process.env[name]);

  say(`
Parley is ready (${steps.total()}).

  Demo shop with the widget   ${config.widget.url}
  Dashboard                   ${config.dashboard.url}
      e-mail    ${demoSignIn.email}
      password  ${folder.secrets.demoPassword}

${
  installation.capturedMail
    ? `  Mail is not sent but kept: ${hasMailPage ? `${mailPlace} shows it` : `in ${mailPlace}`}; set SMTP_URL and MAIL_FROM to send it.
`
    : ""
}  Answers are written by ${config.openai ? `${config.openai.model} at ${config.openai.baseUrl}` : "the built-in answerer; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"}.
  Data is kept in ${folder.path}. It survives a crash of Parley, but not a power cut: for that, run the services on
  PostgreSQL (docs/deployment.md).${elsewhere.length > 0 ? ` \`npm start\` does not use ${elsewhere.join(" or ")}, which is set.` : ""}
  Ctrl-C stops everything.
`);
}

closeWithGrace({ delay: 15_000, logger: false }, async ({ err }) => {
  if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  await closeAll();
});

try {
  await start();
} catch (error) {
  const expected = error instanceof OperatorError || error instanceof ConfigError;
  process.stderr.write(`\n${expected ? error.message : ((error as Error).stack ?? error)}\n`);
  await closeAll();
  process.exit(1);
}
