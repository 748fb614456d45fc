import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { percentile } from "../percentile.ts";

/** A process of its own, which says in its first line where it listens, or anything else. */
export async function start(file: string, args: string[] = [], env: NodeJS.ProcessEnv = process.env) {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  const exited = once(child, "exit");
  const line = new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (bytes) => resolve(String(bytes).trim()));
    exited.then(() => reject(new Error(`${file} ended`)), reject);
  });
  return {
    line: await line,
    cpuMicros: () => cpuMicrosOf(child.pid ?? 0),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Processor time that a process has used so far, in microseconds, to a hundredth of a second. Linux alone tells it. */
export async function cpuMicrosOf(pid: number): Promise<number> {
  const [, fields = ""] = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ");
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10_000;
}

/** Requests a second that were answered well, over loopback. @throws when any was not */
export async function requestsPerSecond(options: autocannon.Options): Promise<number> {
  const { "2xx": good, non2xx, errors, timeouts, duration } = await autocannon(options);
  if (non2xx + errors + timeouts > 0) throw new Error(`${non2xx + errors + timeouts} requests of ${good} failed`);
  return good / duration;
}

/** The middle one. */
export const median = (values: readonly number[]) => percentile(values, 0.5);

export const round = (value: number, digits = 2) => Number(value.toFixed(digits));
