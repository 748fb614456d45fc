import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findProcesses, memoryMb } from "./process-tree.ts";

const e2e = fileURLToPath(new URL("../../e2e", import.meta.url));
const product = "services/standalone/src/main.ts";

/**
 * Memory of the product while and after the end-to-end tests use it: those start it as `npm start` does, without npm and the
 * launcher above it. Of the products that they start, the one that used most.
 */
export async function benchMemory() {
  const tests = spawn("pnpm", ["exec", "playwright", "test"], { cwd: e2e, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [tests.stdout, tests.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const ended = once(tests, "exit");
  const seen = new Map<number, { lastMb: number; peakMb: number }>();
  while (tests.exitCode === null && tests.signalCode === null) {
    for (const pid of await findProcesses(tests.pid ?? 0, product)) {
      const lastMb = await memoryMb(pid);
      if (lastMb > 0) seen.set(pid, { lastMb, peakMb: Math.max(lastMb, seen.get(pid)?.peakMb ?? 0) });
    }
    await wait(100);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`The end-to-end tests failed:\n${output}`);
  const all = [...seen.values()];
  return {
    processes: all.length,
    afterTheTestsMb: Math.max(...all.map(({ lastMb }) => lastMb)),
    peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
  };
}
