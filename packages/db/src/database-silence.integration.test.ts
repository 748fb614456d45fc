import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { TenantId } from "@parley/contracts";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { createTestDatabase } from "./testing/databases.ts";

// A network that carries nothing any more without saying so: neither end learns that the other one is gone.

const database = await createTestDatabase();
afterAll(() => database.drop());
const tenantId = TenantId.parse(randomUUID());

let proxy: Awaited<ReturnType<typeof startProxy>>;
let db: Database;
beforeEach(async () => {
  proxy = await startProxy();
  const connection = { ...database.connection, host: "127.0.0.1", port: proxy.port };
  db = openDatabase({ connection, max: 1, statementTimeoutMs: 10_000, answerTimeoutMs: 300, connectionTimeoutMs: 300 });
  await db.ping();
});
afterEach(async () => {
  vi.useRealTimers();
  await db.close();
  proxy.stop();
});

async function startProxy() {
  const sockets = new Set<Socket>();
  let silent = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: database.connection.host ?? "localhost", port: database.connection.port ?? 5432 });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("data", (bytes) => silent.has(from) || to.write(bytes));
      from.on("close", () => silent.has(from) || to.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    /** What is connected now hears nothing any more; whoever connects later does. */
    fallSilent() {
      silent = new Set(sockets);
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const read = () => db.read(tenantId, (queries) => queries.execute(sql`select 1 as one`));

test("a read that is not answered ends, and the next one has another connection", async () => {
  await read();
  proxy.fallSilent();
  await expect(read()).rejects.toMatchObject({ code: "database.busy" });
  expect((await read()).rows).toEqual([{ one: 1 }]);
});

test("so does a transaction, whichever of its statements is not answered", async () => {
  const work = db.transaction(tenantId, async (tx) => {
    await tx.execute(sql`select 1`);
    proxy.fallSilent();
    await tx.execute(sql`select 2`);
  });
  await expect(work).rejects.toMatchObject({ code: "database.busy" });
  expect((await read()).rows).toEqual([{ one: 1 }]);

  const committing = db.transaction(tenantId, async () => proxy.fallSilent());
  await expect(committing).rejects.toMatchObject({ code: "database.busy" });
  expect((await read()).rows).toEqual([{ one: 1 }]);
});

test("so do a library's statements, and the question whether the database is there", async () => {
  proxy.fallSilent();
  await expect(db.executeSql("system")("select 1; select 2")).rejects.toMatchObject({ code: "database.busy" });
  await db.ping();
  proxy.fallSilent();
  await expect(db.ping()).rejects.toMatchObject({ code: "database.busy" });
  await expect(db.ping()).resolves.toBeUndefined();
});

test("a transaction may think between its statements for longer than an answer may take", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const answer = await db.transaction(tenantId, async (tx) => {
    await tx.execute(sql`select 1`);
    await vi.advanceTimersByTimeAsync(60_000);
    return tx.execute(sql`select 2 as two`);
  });
  expect(answer.rows).toEqual([{ two: 2 }]);
});
