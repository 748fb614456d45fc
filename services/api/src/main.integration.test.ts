import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "@parley/db/testing";
import { freePort } from "@parley/platform/testing/free-port";
import { expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

test("told to stop, it answers what it was being asked, takes no more and ends well", async () => {
  const database = await createTestDatabase();
  const port = await freePort();
  const { host, port: databasePort, user, password = "", database: name } = database.connection;
  const login = `${user}:${encodeURIComponent(String(password))}`;
  const api = spawn(process.execPath, [main], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      API_PORT: String(port),
      DATABASE_URL: `postgres://${login}@${host}:${databasePort}/${name}`,
      PARLEY_SECRET: "a secret of this test alone, 32 characters or more",
      TRUSTED_PROXIES: "127.0.0.1,::1",
      ADMIN_TOKEN: "an-admin-token-of-this-test-alone-long-enough",
      LOG_FORMAT: "json",
    },
  });
  const exited = once(api, "exit");
  // Also when the test has taken too long, and never comes to its own end.
  onTestFinished(() => void api.kill("SIGKILL"));
  try {
    // What Fastify says comes before the process hears signals.
    await hear(api.stdout)(`"msg":"listening"`);
    const body = JSON.stringify({ publishableKey: "pk_of_nobody" });
    const request = connect(port, "localhost").setEncoding("utf8");
    const answered = hear(request);
    request.write(
      [
        "POST /widget/v1/visits HTTP/1.1",
        "host: localhost",
        // Nobody else's requests count with it.
        `x-forwarded-for: 2001:db8:${randomBytes(2).toString("hex")}:${randomBytes(2).toString("hex")}::1`,
        "content-type: application/json",
        `content-length: ${body.length}`,
        "expect: 100-continue",
        "\r\n",
      ].join("\r\n"),
    );
    await answered("100 Continue");

    api.kill("SIGTERM");
    await expect.poll(() => isOpen(port)).toBe(false);
    request.write(body);
    expect(await answered("inbox.not_found")).toContain("404 Not Found");
    expect(await exited).toEqual([0, null]);
  } finally {
    api.kill("SIGKILL");
    await database.drop();
  }
});

/** Reads a stream from now on to its end. @returns what waits until it has said the words, and tells all that it said */
function hear(stream: Readable): (words: string) => Promise<string> {
  let said = "";
  let isOver = false;
  const heard = new EventEmitter();
  stream.on("data", (chunk: unknown) => {
    said += String(chunk);
    heard.emit("more");
  });
  stream.on("error", () => {}); // it closes then
  stream.on("close", () => {
    isOver = true;
    heard.emit("more");
  });
  return async (words) => {
    while (!said.includes(words)) {
      if (isOver) throw new Error(`it ended without saying "${words}": ${said}`);
      await once(heard, "more");
    }
    return said;
  };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "localhost");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
