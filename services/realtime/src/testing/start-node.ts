import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { redisUrl, secret } from "./realtime-world.ts";
import { databaseUrl } from "./test-database.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** The service as a process of its own, on a port of its own. */
export async function startNode(port: number) {
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: {
      NODE_ENV: "test",
      LOG_FORMAT: "json",
      DATABASE_URL: databaseUrl(),
      REDIS_URL: redisUrl,
      PARLEY_SECRET: secret,
      ADMIN_TOKEN: secret,
      REALTIME_PORT: String(port),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const note = (data: unknown) => {
    output += data;
  };
  child.stdout?.on("data", note);
  child.stderr?.on("data", note);
  const exited = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  while (!output.includes('"listening"')) {
    const ended = await Promise.race([
      exited.then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
    ]);
    if (ended) throw new Error(`the node ended before it listened:\n${output}`);
  }
  return {
    url: `ws://localhost:${port}`,
    output: () => output,
    /** Sends it the signal and resolves when it is gone, with its exit code or what ended it. */
    async end(signal: NodeJS.Signals) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}
