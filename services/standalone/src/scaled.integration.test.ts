import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { UserId } from "@parley/contracts";
import { createInbox } from "@parley/core/inboxes/create-inbox";
import { createTenant } from "@parley/core/tenants/create-tenant";
import { startFakeProvider } from "@parley/core/testing/fake-provider";
import { openDatabase } from "@parley/db";
import { createTestDatabase } from "@parley/db/testing";
import { freePort } from "@parley/platform/testing/free-port";
import type pg from "pg";
import { expect, test, vi } from "vitest";
import { type Process, startProcess } from "./testing/process.ts";
import { createVisitor } from "./testing/visitor.ts";

const mainOf = (service: string) => fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));
// Whole processes start here, several times, on machines that do other things as well.
vi.setConfig({ testTimeout: 180_000 });
const patience = { timeout: 60_000, interval: 100 };
const origin = "https://shop.example";

test("two of each service share PostgreSQL and Redis: a question asked of one is answered on the other, also when a worker is killed in mid-answer", async () => {
  const database = await createTestDatabase();
  await using provider = await startFakeProvider();
  const adminToken = randomUUID() + randomUUID();
  const started: Process[] = [];
  const start = async (service: string, ready: string, more: Record<string, string> = {}) => {
    const process = startProcess(mainOf(service), {
      NODE_ENV: "test",
      LOG_FORMAT: "json",
      DATABASE_URL: urlOf(database.connection),
      REDIS_URL: needed("REDIS_URL"),
      PARLEY_SECRET: "a secret of this test alone, 32 characters or more",
      ADMIN_TOKEN: adminToken,
      OPENAI_BASE_URL: provider.url,
      ANSWER_QUALITY: "best",
      EVENT_PARTITIONS: "2",
      ...more,
    });
    started.push(process);
    await process.printed(ready);
    return process;
  };
  try {
    const ports = { api: [await freePort(), await freePort()], realtime: [await freePort(), await freePort()] };
    await Promise.all([
      ...ports.api.map((port) => start("api", "listening", { API_PORT: String(port) })),
      ...ports.realtime.map((port) => start("realtime", "listening", { REALTIME_PORT: String(port) })),
    ]);
    const workers = [await start("worker", "working"), await start("worker", "working")];

    const db = openDatabase({ connection: database.connection });
    const slug = `t-${randomUUID()}`;
    const { tenantId } = await createTenant(db, {
      slug,
      name: "Shop",
      owner: { userId: UserId.parse("u"), name: "Ada" },
    });
    const inbox = await db.transaction(tenantId, (tx) =>
      createInbox(tx, tenantId, { name: "Shop", assistantName: "Parley", greeting: "Hello", allowedOrigins: [origin] }),
    );
    await db.close();

    const [apiA, apiB] = ports.api.map((port) => `http://localhost:${port}`);
    const url = `${apiA}/admin/v1/tenants/${slug}`;
    const headers = { authorization: `Bearer ${adminToken}` };
    const document = "# Returns\n\nYou can send an order back within 30 days. We pay the postage for the parcel.";
    const added = await fetch(`${url}/documents?source=Files&path=returns.md`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/octet-stream" },
      body: document,
    });
    const { versionId } = (await added.json()) as { versionId: string };
    await vi.waitFor(async () => {
      const status = await (await fetch(`${url}/document-versions/${versionId}`, { headers })).json();
      expect(status).toMatchObject({ status: "ready" });
    }, patience);

    const publishableKey = inbox.publishableKey;
    const visitor = await createVisitor({ apiUrl: apiA ?? "", origin, publishableKey });
    const sockets = await Promise.all(ports.realtime.map((port) => visitor.follow(0, `ws://localhost:${port}`)));
    for (const socket of sockets)
      await vi.waitUntil(() => socket.frames.some(({ type }) => type === "subscribed"), patience);

    await visitor.say("Can I send an order back?");
    for (const socket of sockets) {
      await vi.waitUntil(() => socket.messages.length === 2, patience);
      expect(socket.messages).toMatchObject([{ seq: 1 }, { seq: 2, author: "assistant", outcome: "answered" }]);
    }

    provider.enqueue({ text: "Within thirty days [1]. And then it goes on and on and on.", tokensPerSecond: 4 });
    await visitor.say("Within how many days?");
    await vi.waitUntil(() => sockets.some((socket) => socket.draft()), patience);
    await workers[0]?.end("SIGKILL");
    for (const socket of sockets) {
      await vi.waitUntil(() => socket.messages.length >= 4, patience);
      expect(socket.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    }
    // SIGTERM hands over what is running.
    const third = await start("worker", "working");
    provider.enqueue({ text: "The postage is paid [1]. And then it goes on and on and on.", tokensPerSecond: 4 });
    await visitor.say("Who pays the postage?");
    await vi.waitUntil(() => sockets.some((socket) => socket.draft()), patience);
    expect(await workers[1]?.end("SIGTERM")).toBe(0);
    for (const socket of sockets) await vi.waitUntil(() => socket.messages.length >= 6, patience);
    expect((await visitor.page()).messages.map(({ author }) => author)).toEqual(
      Array.from({ length: 3 }, () => ["contact", "assistant"]).flat(),
    );
    expect((await fetch(`${apiB}/readyz`)).status).toBe(200);
    expect(await third.end("SIGTERM")).toBe(0);
  } finally {
    await Promise.all(started.map((process) => process.end("SIGKILL")));
    await database.drop();
  }
});

function urlOf({ host, port, user, password, database }: pg.ClientConfig): string {
  return `postgres://${user}:${encodeURIComponent(String(password ?? ""))}@${host}:${port}/${database}`;
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
