// SQL injection: every door of the product, one after the other. First a server that has holes, where each must be found.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../../commands.mjs";
import { doorsOf, holes } from "./doors.mjs";
import { pythonTool } from "./install.mjs";
import { startRelay } from "./relay.mjs";

const atOnce = 2;
const mostRequests = 4_000;
/** For one door, and for all of a server's. */
const doorMs = 120_000;
const allMs = 480_000;

/**
 * @param {import("../../../services/standalone/src/testing/attacked-product.ts").AttackedProduct} product
 * @param {{ url: string }} vulnerable
 * @returns {Promise<import("./results.mjs").Result[]>}
 */
export async function sqlmap(product, vulnerable) {
  const tool = await pythonTool("sqlmap");
  const controls = await attackAll(tool, vulnerable.url, holes());
  const missed = controls.filter(({ verdict }) => verdict !== "injectable").map(({ name }) => name);
  product.log();
  const attacks = await attackAll(tool, product.apiUrl, doorsOf(product));
  const log = product.log();
  const reached = attacks.flatMap(({ statuses }) => Object.values(statuses)).reduce((sum, count) => sum + count, 0);
  const control =
    missed.length === 0 ? "the same holes in another server are found" : `not found: ${missed.join(", ")}`;
  return [
    ...attacks.map(({ name, params, requests, statuses, verdict, output }) => {
      const answers = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
      const passed = verdict === "safe" && missed.length === 0;
      return {
        tool: "sqlmap",
        attacked: `${name}: ${Object.keys(params).join(", ")}`,
        work: `${requests} requests (${answers.join(", ")})`,
        result: passed ? "passed" : "failed",
        control,
        details: passed
          ? []
          : [`${verdict === "shut" ? "good words no longer open it" : verdict}\n${output.slice(-4_000)}`],
      };
    }),
    {
      tool: "sqlmap",
      attacked: "faults of the server on the way",
      work: `${reached} requests`,
      result: log.faults.length === 0 && log.requests >= reached ? "passed" : "failed",
      control: `the product's log has ${log.requests} of them`,
      details: log.faults,
    },
  ];
}

/** @param {import("./relay.mjs").Door[]} doors */
async function attackAll(tool, target, doors) {
  const relay = await startRelay(target, doors, { mostRequests });
  const endsAt = performance.now() + allMs;
  const waiting = doors.map((door, index) => ({ ...door, index }));
  const done = [];
  const worker = async () => {
    for (let door = waiting.shift(); door; door = waiting.shift()) {
      const { index, name, params, answers = 200 } = door;
      const { status } = await fetch(relay.urlOf(index), { signal: AbortSignal.timeout(30_000) });
      const timeoutMs = Math.max(1, Math.min(doorMs, endsAt - performance.now()));
      const { verdict, output } = await attack(tool, relay.urlOf(index), Object.keys(params), timeoutMs);
      done[index] = {
        name,
        params,
        verdict: relay.isSpent(index) ? `more than ${mostRequests} requests` : status === answers ? verdict : "shut",
        output,
        requests: relay.requests(index),
        statuses: relay.statuses(index),
      };
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
    return done;
  } finally {
    await relay.stop();
  }
}

async function attack({ command, env }, url, params, timeoutMs) {
  const home = mkdtempSync(path.join(tmpdir(), "parley-sqlmap-"));
  const args = [
    ...["-u", url, "-p", params.join(","), "--dbms=PostgreSQL", "--level=2", "--risk=2", "--technique=BEUST"],
    ...["--batch", "--disable-coloring", "--flush-session", `--output-dir=${home}`, "--ignore-code=*"],
    ...["--time-sec=3", "--timeout=30", "--retries=1"],
  ];
  const where = { ...env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
  try {
    const output = await run(command, args, { cwd: home, env: where, timeoutMs }).catch(
      (error) => `${error.output}\n${error.message}`,
    );
    return { verdict: judge(output), output };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function judge(output) {
  if (/sqlmap identified the following injection point/.test(output)) return "injectable";
  if (/all tested parameters do not appear to be injectable/.test(output)) return "safe";
  return "it did not come to an end";
}
