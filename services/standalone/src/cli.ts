import path from "node:path";
import { deriveCheckpointKey } from "@parley/core/audit/checkpoint-key";
import { Months } from "@parley/core/costs/list-months";
import { OperatorsSite } from "@parley/core/knowledge/sources/crawl/crawl-as-operator";
import { workOnCrawls } from "@parley/core/knowledge/work-on-crawls";
import { migrateServer, ServerTooOld } from "@parley/db/migrate-server";
import { ConfigError, loadConfig } from "@parley/platform/config";
import { createGuardedFetch } from "@parley/platform/http/fetch-guarded";
import { createLogger } from "@parley/platform/log";
import closeWithGrace from "close-with-grace";
import { Command } from "commander";
import * as z from "zod";
import { resetFactor } from "./accounts/reset-factor.ts";
import { exportAudit, verifyAudit } from "./audit/audit-command.ts";
import { auditOfDatabase, auditOverHttp } from "./audit/audit-source.ts";
import { costsOfDatabase, costsOverHttp } from "./costs/costs-source.ts";
import { tellCosts } from "./costs/tell-costs.ts";
import { crawl } from "./crawl/crawl.ts";
import { FolderInUse, findRunning, openDataFolder } from "./data-folder.ts";
import { ingest } from "./ingest/ingest.ts";
import { type IngestTarget, overHttp, withinThisProcess } from "./ingest/targets.ts";
import { openInstallation } from "./installation.ts";
import { withReader } from "./open-reader.ts";
import { OperatorError } from "./operator-error.ts";
import { createDashboardSite } from "./sites.ts";

// `./pnpm parley …`: what an operator does from the command line.

/** In a secret's place, for what needs none. */
const none = "-".repeat(32);
type CrawlOptions = { source?: string; include?: string[]; exclude?: string[]; depth: string; pages: string };
type CostsOptions = { tenant?: string; from?: string; until?: string; json?: boolean };
const say = (line: string) => void process.stdout.write(`${line}\n`);

const program = new Command("parley").description("Parley from the command line");

program
  .command("ingest")
  .description("read files and folders (Markdown and text) into a workspace's knowledge")
  .requiredOption("--tenant <slug>", "the workspace, e.g. demo")
  .option("--source <name>", "what the documents are listed under", "Files")
  .argument("<path...>", "files and folders")
  .action(async (paths: string[], { tenant, source }: { tenant: string; source: string }) => {
    const failed = await withTarget(tenant, (target) => ingest(target, { source, paths: paths.map(fromCaller) }));
    process.exitCode = failed ? 1 : 0;
  });

program
  .command("knowledge")
  .description("what a workspace's answers are made from")
  .command("crawl")
  .description(
    "read a web site into a workspace's knowledge; the same again reads what has changed, and takes out what is gone",
  )
  .option("--source <name>", "what the pages are listed under (default: the site's address)")
  .option(
    "--include <pattern...>",
    "paths to read, from their beginning; * is any text, $ the end (default: all below the address's folder)",
  )
  .option("--exclude <pattern...>", "paths to leave out")
  .option("--depth <links>", "how many links to follow from the address; 0 reads this one page", "5")
  .option("--pages <number>", "how many pages to ask for at most, up to 10,000", "1000")
  .argument("<tenant>", "the workspace, e.g. demo")
  .argument("<address>", "where to begin, e.g. https://docs.example.com/")
  .action(async (tenant: string, address: string, { source = address.slice(0, 200), ...options }: CrawlOptions) => {
    const site = { ...options, address, depth: Number(options.depth), pages: Number(options.pages) };
    const given = OperatorsSite.safeParse({ source, site });
    if (!given.success) throw new OperatorError(z.prettifyError(given.error));
    const isDone = await withTarget(tenant, (target) => crawl(target, given.data));
    process.exitCode = isDone ? 0 : 1;
  });

program
  .command("migrate")
  .description("bring the tables of DATABASE_OWNER_URL to this release, or back")
  .option("--down", "take the last migration back")
  .action(async ({ down = false }: { down?: boolean }) => {
    const url = process.env.DATABASE_OWNER_URL;
    if (!url) throw new OperatorError("DATABASE_OWNER_URL is not set: name the database, as the login `owner`.");
    const ran = await migrateServer(url, { direction: down ? "down" : "up" });
    process.stdout.write(`${ran.length === 0 ? "Nothing to do." : ran.join("\n")}\n`);
  });

program
  .command("dashboard")
  .description("serve the built dashboard, with the headers that it needs, until it is ended")
  .action(async () => {
    // It keeps no secret and is given none, whatever the environment holds.
    const config = loadConfig({ ...process.env, PARLEY_SECRET: none, ADMIN_TOKEN: none });
    const site = await createDashboardSite(config);
    await site.listen({ host: config.host, port: config.dashboard.port });
    say(`The dashboard of ${config.dashboard.url} listens on port ${config.dashboard.port}.`);
    closeWithGrace({ delay: 15_000 }, () => site.close());
  });

program
  .command("costs")
  .description("what models took, by workspace, month (of UTC) and model, from the ledger")
  .option("--tenant <slug>", "one workspace only")
  .option("--from <month>", "the first month, as 2026-11 (default: this one)")
  .option("--until <month>", "the last month, at most 23 after the first (default: the first)")
  .option("--json", "one JSON object a line")
  .action(async ({ tenant, json = false, ...given }: CostsOptions) => {
    const { from = new Date().toISOString().slice(0, 7), until = from } = given;
    const months = Months.safeParse({ from, until });
    if (!months.success) throw new OperatorError(z.prettifyError(months.error));
    await withReader(process.env, { ofDatabase: costsOfDatabase, overHttp: costsOverHttp }, ({ source }) =>
      tellCosts(source, { tenant, months: months.data, json, say }),
    );
  });

const audits = { ofDatabase: auditOfDatabase, overHttp: auditOverHttp };
const audit = program.command("audit").description("the workspaces' audit logs");

audit
  .command("verify")
  .description(
    "find entries that were changed, deleted, moved or cut off, and logs that are gone; exit code 1 when there are any",
  )
  .option("--tenant <slug>", "one workspace only")
  .action(async ({ tenant }: { tenant?: string }) => {
    const intact = await withReader(process.env, audits, ({ source, ...rest }) =>
      verifyAudit(source, { tenant, ...rest, say }),
    );
    process.exitCode = intact ? 0 : 1;
  });

audit
  .command("export")
  .description("a workspace's whole log, one JSON object a line")
  .requiredOption("--tenant <slug>", "the workspace, e.g. demo")
  .action(({ tenant }: { tenant: string }) =>
    withReader(process.env, audits, ({ source }) => exportAudit(source, tenant, say)),
  );

audit
  .command("key")
  .description("the public key (Ed25519) that the checkpoints are signed with")
  .action(() =>
    withReader(process.env, audits, async ({ secret }) => say(deriveCheckpointKey(secret).publicKey.trim())),
  );

program
  .command("accounts")
  .description("people's accounts")
  .command("reset-factor")
  .description(
    "take the second factor from somebody who has lost it and their backup codes; they are signed out, and told by mail",
  )
  .argument("<email>", "the address that they sign in with")
  .action(async (email: string) => {
    say(await resetFactor(process.env, email));
  });

// pnpm runs this in the checkout, wherever its caller stands.
const fromCaller = (given: string) => path.resolve(process.env.INIT_CWD ?? process.cwd(), given);

/** The api of the installation that runs; where none does, the installation itself, held alone. */
async function withTarget<T>(tenant: string, work: (target: IngestTarget) => Promise<T>): Promise<T> {
  if (process.env.ADMIN_TOKEN && process.env.API_URL) {
    return work(
      await overHttp({
        apiUrl: process.env.API_URL,
        adminToken: process.env.ADMIN_TOKEN,
        tenant,
      }),
    );
  }
  const folderPath = path.resolve(process.env.PARLEY_DATA_DIR || "data");
  try {
    const folder = await openDataFolder(folderPath);
    try {
      const config = loadConfig({
        ...process.env,
        PARLEY_SECRET: folder.secrets.secret,
        ADMIN_TOKEN: folder.secrets.adminToken,
      });
      const logger = createLogger({ level: "warn", format: "json" });
      const installation = await openInstallation({
        config,
        folder,
        logger,
        onDatabaseLost(error) {
          throw error;
        },
      });
      const fetch = createGuardedFetch({ allowedHosts: config.fetchAllowedHosts, contact: config.dashboard.url });
      const crawls = workOnCrawls({ db: installation.db, jobs: installation.jobs, fetch, logger });
      try {
        const target = await withinThisProcess(installation, tenant);
        await crawls.start();
        return await work(target);
      } finally {
        await crawls.stop();
        await installation.jobs.stop();
        await fetch.close();
        await installation.close();
      }
    } finally {
      await folder.release();
    }
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    const running = await findRunning(folderPath);
    if (!running) throw new OperatorError("Parley is starting or stopping: try again in a moment.");
    return work(await overHttp({ ...running, tenant }));
  }
}

try {
  await program.parseAsync();
} catch (error) {
  const expected = error instanceof OperatorError || error instanceof ConfigError || error instanceof ServerTooOld;
  process.stderr.write(`${expected ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
