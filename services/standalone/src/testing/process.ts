import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** Until something is printed that has to come: longer than any start takes, however much else runs. */
const longestMs = 120_000;

/** A service as a process of its own, with nothing of this process's environment but the path. */
export function startProcess(main: string, environment: Record<string, string>, args: string[] = []) {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (data) => {
    output += data;
  });
  child.stderr?.on("data", (data) => {
    output += data;
  });
  const exited = once(child, "exit").then(([code, signal]) => (code as number | null) ?? (signal as string));

  return {
    pid: child.pid ?? 0,
    output: () => output,
    /** The exit code, or the signal that ended it. */
    exited,
    /** Resolves when the text was printed. @throws what it printed instead, when it ended first or took longer than anything does */
    async printed(text: string): Promise<void> {
      let ended = false;
      void exited.then(() => {
        ended = true;
      });
      const until = performance.now() + longestMs;
      while (!output.includes(text)) {
        if (performance.now() > until) throw new Error(`did not print "${text}":\n${output}`);
        if (ended) throw new Error(`ended before it printed "${text}":\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    /** Ends it, and resolves when it is gone. */
    async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
  };
}
export type Process = ReturnType<typeof startProcess>;
