import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { csrfHeaders } from "@parley/auth/testing/csrf-headers";
import { rateLimits } from "@parley/contracts";
import { createTestDatabase } from "@parley/db/testing";
import { freePort } from "@parley/platform/testing/free-port";
import { expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const dashboard = "http://localhost:5174";
const secret = "a secret of this test alone, 32 characters or more";

// Two processes start, and a password is hashed for every attempt that is let in.
const large = { timeout: 180_000 };

test("[R5] of 100 who try at once at two processes, with one attempt left, exactly one is let in", large, async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const { host, port, user, password = "", database: name } = database.connection;
  async function start() {
    const apiPort = await freePort();
    const api = spawn(process.execPath, [main], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        HOST: "127.0.0.1",
        API_PORT: String(apiPort),
        // What an installation of this machine is set to is not asked for here.
        API_URL: "http://localhost:3001",
        DASHBOARD_URL: dashboard,
        DATABASE_URL: `postgres://${user}:${encodeURIComponent(String(password))}@${host}:${port}/${name}`,
        PARLEY_SECRET: secret,
        ADMIN_TOKEN: "an-admin-token-of-this-test-alone-long-enough",
        TRUSTED_PROXIES: "127.0.0.1",
        LOG_FORMAT: "json",
        RATE_LIMIT_DEADLINE_MS: "60000", // a busy machine is no Redis that is away
      },
    });
    // Also when the test has taken too long, and never comes to its own end.
    onTestFinished(async () => {
      if (api.kill("SIGKILL")) await once(api, "exit");
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let log = "";
    api.stdout.on("data", (bytes) => {
      log += String(bytes);
      if (log.includes("listening")) resolve();
    });
    api.once("exit", () => reject(new Error(`it ended: ${log}`)));
    await promise;
    return `http://127.0.0.1:${apiPort}`;
  }

  const apis = await Promise.all([start(), start()]);
  for (let race = 0; race < 3; race++) {
    const address = `2001:db8:${randomBytes(2).toString("hex")}:${randomBytes(2).toString("hex")}::`;
    let tries = 0;
    const attempt = async () => {
      const answer = await fetch(`${apis[tries % 2]}/api/auth/sign-in/email`, {
        method: "POST",
        headers: {
          origin: dashboard,
          "content-type": "application/json",
          "x-forwarded-for": `${address}${++tries}`,
          ...csrfHeaders({ secret, apiUrl: "http://localhost:3001" }),
        },
        body: JSON.stringify({ email: `${randomUUID()}@example.com`, password: "not the password at all" }),
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const before = await Promise.all(Array.from({ length: rateLimits.signIns.max - 1 }, attempt));
    expect(new Set(before)).toEqual(new Set([401]));
    const statuses = await Promise.all(Array.from({ length: 100 }, attempt));
    expect(statuses.filter((status) => status === 401)).toHaveLength(1);
    expect(statuses.filter((status) => status === 429)).toHaveLength(99);
  }
});
