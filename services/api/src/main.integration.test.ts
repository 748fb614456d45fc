import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
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
      ADMIN_TOKEN: "an-admin-token-of-this-test-alone-long-enough",
      LOG_FORMAT: "json",
    },
  });
  const exited = once(api, "exit");
  // Also when the test has taken too long, and never comes to its own end.
  onTestFinished(() => void api.kill("SIGKILL"));
  try {
    await until(api.stdout, "listening");
    const body = JSON.stringify({ publishableKey: "pk_of_nobody" });
    const request = connect(port, "localhost").setEncoding("utf8");
    request.write(
      [
        "POST /widget/v1/visits HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        `content-length: ${body.length}`,
        "expect: 100-continue",
        "\r\n",
      ].join("\r\n"),
    );
    await until(request, "100 Continue");

    api.kill("SIGTERM");
    await expect.poll(() => isOpen(port)).toBe(false);
    request.write(body);
    expect(await until(request, "inbox.not_found")).toContain("404 Not Found");
    expect(await exited).toEqual([0, null]);
  } finally {
    api.kill("SIGKILL");
    await database.drop();
  }
});

/** Reads on until the words come. @returns what was read */
async function until(stream: NodeJS.ReadableStream, words: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let read = "";
  const onData = (chunk: unknown) => {
    read += String(chunk);
    if (read.includes(words)) resolve(read);
  };
  const onEnd = () => reject(new Error(`it ended without saying "${words}": ${read}`));
  stream.on("data", onData).on("end", onEnd);
  return promise.finally(() => stream.off("data", onData).off("end", onEnd));
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
