import { randomUUID } from "node:crypto";
import { TenantId, UserId } from "@parley/contracts";
import { sql } from "drizzle-orm";
import pg from "pg";
import { expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { prepare } from "./prepared.ts";
import { members, tenants } from "./schema/index.ts";
import { createTestDatabase, withClient } from "./testing/databases.ts";

// PgBouncer in transaction mode gives a server's connection to whoever comes next. Five of them serve everything here, so whatever
// a transaction leaves behind on one, another tenant finds.

const pgbouncer = new URL(String(process.env.PGBOUNCER_URL));
const requests = 1_000;
const membersOf = (which: number) => 10 + which;

/** A database of one's own, and the way to it through PgBouncer. */
async function openPooled() {
  const database = await createTestDatabase();
  const connection = { ...database.connection, host: pgbouncer.hostname, port: Number(pgbouncer.port) };
  const db = openDatabase({ connection, max: 40, connectionTimeoutMs: 60_000 });
  const impatient = openDatabase({ connection, max: 10, connectionTimeoutMs: 60_000, statementTimeoutMs: 50 });
  const tenantIds = Array.from({ length: 20 }, () => TenantId.parse(randomUUID()));
  for (const [which, tenantId] of tenantIds.entries()) {
    await db.transaction(tenantId, async (tx) => {
      await tx.insert(tenants).values({ slug: `t-${tenantId}`, name: "A tenant" });
      await tx.execute(sql`insert into members (user_id, name, role)
        select gen_random_uuid(), 'Ada', 'owner' from generate_series(1, ${membersOf(which)}::int)`);
    });
  }
  return {
    db,
    impatient,
    tenantIds,
    connection,
    async [Symbol.asyncDispose]() {
      await Promise.all([db.close(), impatient.close()]);
      await database.drop();
    },
  };
}
type Pooled = Awaited<ReturnType<typeof openPooled>>;

type Seen = { tenant_id: string; role: string; pid: number };
const question = sql`select tenant_id, current_user as role, pg_backend_pid() as pid from members`;

const prepared = prepare<Seen, never>("read", question);

/** Counts what the requests were shown. */
function createTally() {
  const tenantsOf = new Map<number, Set<string>>();
  const tally = { answered: 0, crossings: 0, withoutContext: 0, timeouts: 0, aborts: 0, failures: 0 };
  return {
    tally,
    /** The servers' connections, and how many tenants each has served. */
    shared: () => [...tenantsOf.values()].map(({ size }) => size),
    answer(tenantId: TenantId, expected: number, rows: Seen[]) {
      tally.answered += 1;
      if (rows.length !== expected || rows.some((row) => row.tenant_id !== tenantId)) tally.crossings += 1;
      for (const { pid } of rows) tenantsOf.set(pid, (tenantsOf.get(pid) ?? new Set()).add(tenantId));
    },
  };
}

/** One request that goes wrong in the middle, or one that names no tenant; the others are in between. */
const disturbances = [
  /** A statement that takes longer than it may. */
  async ({ impatient }: Pooled, tenantId: TenantId, { tally }: ReturnType<typeof createTally>) => {
    const slow = impatient.read(tenantId, (read) => read.execute(sql`select pg_sleep(60), * from members`));
    await expect(slow).rejects.toMatchObject({ code: "57014" });
    tally.timeouts += 1;
  },
  /** The same in a transaction that has written. */
  async ({ impatient }: Pooled, tenantId: TenantId, { tally }: ReturnType<typeof createTally>) => {
    const slow = impatient.transaction(tenantId, async (tx) => {
      await tx.insert(members).values({ userId: UserId.parse(randomUUID()), name: "Eve", role: "viewer" });
      await tx.execute(sql`select pg_sleep(60)`);
    });
    await expect(slow).rejects.toMatchObject({ code: "57014" });
    tally.timeouts += 1;
  },
  /** A statement that fails after it has changed role and tenant. */
  async ({ db, tenantIds }: Pooled, tenantId: TenantId, { tally }: ReturnType<typeof createTally>) => {
    const failing = db.read(tenantId, (read) =>
      read.execute(sql`select set_config('app.tenant_id', ${tenantIds[3]}, true), set_config('role', 'system', true),
        1 / (random() * 0)::int`),
    );
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    tally.failures += 1;
  },
  /** A transaction that is given up. */
  async ({ db }: Pooled, tenantId: TenantId, { tally }: ReturnType<typeof createTally>) => {
    const aborted = db.transaction(tenantId, async (tx) => {
      await tx.insert(members).values({ userId: UserId.parse(randomUUID()), name: "Eve", role: "viewer" });
      throw new Error("given up");
    });
    await expect(aborted).rejects.toThrow("given up");
    tally.aborts += 1;
  },
  /** A client that is gone in the middle of a transaction. */
  async ({ connection }: Pooled, tenantId: TenantId, { tally }: ReturnType<typeof createTally>) => {
    const client = new pg.Client(connection);
    client.on("error", () => {});
    await client.connect();
    await client.query("begin");
    await client.query("select set_config('role', 'app', true), set_config('app.tenant_id', $1, true)", [tenantId]);
    await client.query("insert into members (user_id, name, role) values (gen_random_uuid(), 'Eve', 'viewer')");
    const gone = new Promise((resolve) => client.once("end", resolve));
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await gone;
    tally.aborts += 1;
  },
  /** A client that names no tenant, as the role that serves them. */
  async ({ connection }: Pooled, _tenantId: TenantId, { tally }: ReturnType<typeof createTally>) => {
    await withClient(connection, async (client) => {
      await client.query("begin");
      await client.query("set local role app");
      tally.withoutContext += (await client.query("select from public.members")).rowCount ?? 0;
      await client.query("commit");
      await expect(client.query("select from public.members")).rejects.toMatchObject({ code: "42501" });
    });
  },
];

/** All at once: `ask` asks for a tenant's rows, every eighth request is a disturbance. */
async function interleave(
  pooled: Pooled,
  count: ReturnType<typeof createTally>,
  ask: (db: Database, tenantId: TenantId) => Promise<Seen[]>,
): Promise<void> {
  const request = async (index: number) => {
    const which = (index * 7 + (index >> 3)) % pooled.tenantIds.length;
    const tenantId = pooled.tenantIds[which] as TenantId;
    const disturb = disturbances[Math.floor(index / 8) % disturbances.length];
    if (index % 8 === 5 && disturb) await disturb(pooled, tenantId, count);
    else count.answer(tenantId, membersOf(which), await ask(pooled.db, tenantId));
  };
  // So many are under way at any time.
  const indices = Array.from({ length: requests }, (_, index) => index).values();
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      for (const index of indices) await request(index);
    }),
  );
}

const byRead = async (db: Database, tenantId: TenantId) =>
  (await db.read(tenantId, (read) => read.execute<Seen>(question))).rows;
const byPreparedStatement = (db: Database, tenantId: TenantId) => db.run(tenantId, prepared, {});
const byTransaction = (db: Database, tenantId: TenantId) =>
  db.transaction(tenantId, async (tx) => (await tx.execute<Seen>(question)).rows);

test("[T2] a thousand interleaved requests of twenty tenants through PgBouncer, with aborts and timeouts, see only their own rows", async () => {
  await using pooled = await openPooled();
  const count = createTally();
  let turn = 0;
  const ways = [byTransaction, byRead, byPreparedStatement];
  await interleave(pooled, count, (db, tenantId) => (ways[turn++ % 3] ?? byRead)(db, tenantId));

  expect(count.tally).toEqual({
    answered: 875,
    crossings: 0,
    withoutContext: 0,
    timeouts: 42,
    aborts: 42,
    failures: 21,
  });
  // The servers' connections were shared indeed, and nothing is left on any of them.
  expect(Math.max(...count.shared())).toBeGreaterThan(10);
  const left = await Promise.all(
    Array.from({ length: 20 }, () =>
      withClient(pooled.connection, async (client) => {
        const state = "select current_user as role, coalesce(current_setting('app.tenant_id', true), '') as tenant";
        return (await client.query(state)).rows[0];
      }),
    ),
  );
  expect(left).toEqual(left.map(() => ({ role: "door", tenant: "" })));
}, 120_000);

test("[T2 control] a setting of the session in the transaction's place does cross, so crossings would have been seen", async () => {
  await using pooled = await openPooled();
  const count = createTally();
  const clients = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const client = new pg.Client(pooled.connection);
      client.on("error", () => {}); // the database goes before they do, when the test fails
      await client.connect();
      return client;
    }),
  );
  const ask = async (client: pg.Client, which: number) => {
    const tenantId = pooled.tenantIds[which] as TenantId;
    await client.query("set role app");
    await client.query("select set_config('app.tenant_id', $1, false)", [tenantId]);
    const { rows } = await client.query<Seen>(
      "select tenant_id, current_user as role, pg_backend_pid() as pid from public.members",
    );
    count.answer(tenantId, membersOf(which), rows);
  };
  const indices = Array.from({ length: requests }, (_, index) => index).values();
  await Promise.all(
    clients.map(async (client) => {
      for (const index of indices) await ask(client, index % pooled.tenantIds.length).catch(() => {}); // one that met `door` is refused
    }),
  );
  const withoutContext = await clients[0]?.query("select from public.members");
  await Promise.all(clients.map((client) => client.end()));

  expect(count.tally.crossings).toBeGreaterThan(0);
  expect(withoutContext?.rowCount).toBeGreaterThan(0);
}, 120_000);
