import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { Failure, run } from "../commands.mjs";
import { root, toolEnv } from "../launch.mjs";
import { startServices } from "../services.mjs";
import { step } from "../steps.mjs";

const reports = path.join(root, ".cache", "reports");

/**
 * @typedef {{ passed: number, failed: number, pending: number, details: string, lines?: string }} Counts
 * pending: skipped, or still to be written; details: which, for people; lines: per cent of those that run on servers
 */

/** @returns {Promise<Counts>} */
export function unitTests() {
  return testStep("unit tests", () => vitest(["--project", "unit"], toolEnv()));
}

/**
 * The unit tests and then the integration tests on PostgreSQL 18: together they have to run as much of what runs on servers as
 * vitest.config.ts says. Then on PostgreSQL 16 what speaks to the database itself. Where DATABASE_URL names a server, that one is what
 * is tested.
 *
 * @returns {Promise<Counts[]>}
 */
export async function unitAndIntegrationTests() {
  const all = await withServices((env) =>
    testStep("unit and integration tests", () => vitest(["--coverage", "--coverage.reporter=text-summary"], env)),
  );
  if (process.env.DATABASE_URL) return [all];
  const again = await withServices(
    (env) =>
      testStep("integration tests on PostgreSQL 16", () =>
        vitest(["--project", "integration", ...aboutTheDatabase()], env),
      ),
    { postgres: 16 },
  );
  return [all, again];
}

/** What may differ from one PostgreSQL to the next: the doors, migrations, accounts' tables and every attack on the packages. */
function aboutTheDatabase() {
  const files = readdirSync(path.join(root, "packages"), { recursive: true });
  const attacks = files.filter((file) => file.endsWith(".security.test.ts") && !file.includes("node_modules"));
  return [
    ...["packages/auth/", "packages/db/src/database", "packages/db/src/migrate", "packages/db/src/schema"],
    ...attacks.map((file) => path.join("packages", file)),
  ];
}

/**
 * @param {string} chromium the browser's program
 * @returns {Promise<Counts>}
 */
export function endToEndTests(chromium) {
  return testStep("end-to-end tests in Chromium", async () => {
    const report = newReport("e2e");
    const env = { ...toolEnv(), CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
    const output = await run(
      "pnpm",
      ["--filter", "@parley/e2e", "exec", "playwright", "test", "--reporter=list,json"],
      {
        cwd: root,
        env,
      },
    );
    const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(report, "utf8")).stats;
    return { passed: expected, failed: unexpected + flaky, pending: skipped, details: output };
  });
}

/**
 * Starts PostgreSQL, PgBouncer and Valkey for `work`, unless DATABASE_URL, PGBOUNCER_URL and REDIS_URL name others, and stops them
 * after it.
 *
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work
 * @param {{ postgres?: 16 | 18 }} [wanted]
 * @returns {Promise<T>}
 */
export async function withServices(work, { postgres = 18 } = {}) {
  const services = await step(`starting PostgreSQL ${postgres}, PgBouncer and Valkey`, async () => {
    try {
      return await startServices({ postgres, pgbouncer: true });
    } catch (error) {
      throw new Failure(error.message);
    }
  });
  try {
    return await work({ ...toolEnv(), ...services.env });
  } finally {
    await services.stop();
  }
}

/**
 * Runs Vitest and counts.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Counts>}
 */
async function vitest(args, env) {
  const report = newReport("vitest");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const output = await run("vitest", ["run", ...args, ...reporters], { cwd: root, env });
  const [, lines] = /^Lines\s*: ([\d.]+)%/m.exec(output) ?? [];
  return { ...readVitestReport(report), lines };
}

/** @returns {Counts} */
function readVitestReport(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    pending: report.numPendingTests + report.numTodoTests,
    details: report.testResults
      .flatMap(({ name, assertionResults }) =>
        assertionResults.map((test) => ({ file: path.relative(root, name), ...test })),
      )
      .filter(({ status }) => status !== "passed")
      .map(({ file, fullName, status }) => `${status}: ${file} > ${fullName}`)
      .join("\n"),
  };
}

/** A place for a report, without one of an earlier run. */
export function newReport(name) {
  mkdirSync(reports, { recursive: true });
  const file = path.join(reports, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

/** A test that did not run has proved nothing: it counts as a failure. */
async function testStep(what, work) {
  let counts;
  await step(what, async () => {
    counts = await work();
    const { passed, failed, pending, details, lines } = counts;
    if (failed + pending > 0 || passed === 0) {
      const message = `${what}: ${passed} passed, ${failed} failed, ${pending} did not run. All must run, and pass.`;
      throw new Failure(message, { output: details });
    }
    return `${what}: ${passed} passed${lines ? `, ${lines} % of lines` : ""}`;
  });
  return counts;
}
