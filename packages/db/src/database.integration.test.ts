import { randomUUID } from "node:crypto";
import { TenantId, UserId } from "@parley/contracts";
import { eq, sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { asRole } from "./as-role.ts";
import { openDatabase } from "./database.ts";
import { prepare } from "./prepared.ts";
import { contacts, inboxes, members, outbox, tenants } from "./schema/index.ts";
import { bothDatabases, type OwnDatabase, openOwnDatabase } from "./testing/both-databases.ts";
import { withClient } from "./testing/databases.ts";

describe.each(bothDatabases)("the doors to %s", (kind) => {
  let own: OwnDatabase;
  beforeAll(async () => {
    own = await openOwnDatabase(kind, { connectionTimeoutMs: 10_000 });
    await own.db.executeSql("system")("create table pgboss.probe (note text)");
  });
  afterAll(() => own.close());

  /** A tenant with so many members. */
  async function makeTenant(count = 1): Promise<TenantId> {
    const tenantId = TenantId.parse(randomUUID());
    await own.db.transaction(tenantId, async (tx) => {
      await tx.insert(tenants).values({ slug: `t-${tenantId}`, name: "A tenant" });
      await tx.execute(sql`insert into members (user_id, name, role)
        select gen_random_uuid(), 'Ada', 'owner' from generate_series(1, ${count}::int)`);
    });
    return tenantId;
  }
  const countMembers = (tenantId: TenantId) => own.db.read(tenantId, (read) => read.$count(members));
  const addMember = (name: string) => ({ userId: UserId.parse(randomUUID()), name, role: "viewer" as const });
  const whoAmI = sql<{ role: string; login: string }>`select current_user as role, session_user as login`;

  describe("prepared statements", () => {
    const who = prepare<{ role: string; count: string; given: string }, "given">(
      "read",
      sql`select current_user as role, (select count(*) from members) as count, ${sql.placeholder("given")}::text as given`,
    );
    const rename = prepare<{ name: string }, "name">(
      "write",
      sql`update tenants set name = ${sql.placeholder("name")} returning name`,
    );
    const renameInRead = prepare<{ name: string }, "name">(
      "read",
      sql`update tenants set name = ${sql.placeholder("name")} returning name`,
    );

    test("run in the scope that is named, with values of their own, again and again", async () => {
      const [one, two] = [await makeTenant(2), await makeTenant(3)];
      const asked = Array.from({ length: 40 }, (_, index) =>
        own.db.run(index % 2 ? two : one, who, { given: `${index}` }),
      );
      expect(await Promise.all(asked)).toEqual(
        asked.map((_, index) => [{ role: "app", count: index % 2 ? "3" : "2", given: `${index}` }]),
      );
      expect(await own.db.read("auth", (read) => read.execute(whoAmI))).toMatchObject({ rows: [{ role: "auth" }] });
    });

    test("write where they may, and are read-only otherwise", async () => {
      const tenantId = await makeTenant();
      expect(await own.db.run(tenantId, rename, { name: "Another" })).toEqual([{ name: "Another" }]);
      await expect(own.db.run(tenantId, renameInRead, { name: "No" })).rejects.toMatchObject({ code: "25006" });
    });

    test("that failed at their first use work at the next", async () => {
      const tenantId = await makeTenant();
      const half = prepare<{ half: number }, "of">("read", sql`select 6 / ${sql.placeholder("of")}::int as half`);
      for (const _ of [1, 2])
        await expect(own.db.run(tenantId, half, { of: 0 })).rejects.toMatchObject({ code: "22012" });
      expect(await own.db.run(tenantId, half, { of: 2 })).toEqual([{ half: 3 }]);
      expect(await own.db.run(tenantId, half, { of: 3 })).toEqual([{ half: 2 }]);
    });

    test("that the server has forgotten are said again", async () => {
      // PGlite has but one session, in which nothing else may be forgotten.
      const apart = await openOwnDatabase(kind, { connectionTimeoutMs: 10_000 });
      const alone = openDatabase({ connection: apart.connection, max: 1, connectionTimeoutMs: 10_000 });
      const tenantId = TenantId.parse(randomUUID());
      const ask = async () => expect(await alone.run(tenantId, who, { given: "x" })).toMatchObject([{ count: "0" }]);
      await ask();
      await alone.executeSql("system")("deallocate all");
      await ask();
      await alone.executeSql("system")("deallocate all");
      await ask();
      await alone.close();
      await apart.close();
    });

    test("are few, however many texts are sent, and each is answered as what it is", async () => {
      const tenantId = await makeTenant();
      const numbered = (index: number) => sql.raw(`select ${index} as number, count(*)::integer as count from members`);
      for (const round of [1, 2]) {
        for (let index = 0; index < 500; index += 1) {
          const { rows } = await own.db.read(tenantId, (read) => read.execute(numbered(index)));
          expect(rows).toEqual([{ number: index, count: 1 }]);
        }
        const inside = await own.db.transaction(tenantId, async (tx) => {
          const rows = [];
          for (let index = 499; index >= 0; index -= 1) rows.push((await tx.execute(numbered(index))).rows[0]);
          return rows;
        });
        expect(inside).toEqual(Array.from({ length: 500 }, (_, index) => ({ number: 499 - index, count: 1 })));
        const kept = sql`select count(*)::integer as kept from pg_prepared_statements`;
        const { rows } = await own.db.read(tenantId, (read) => read.execute<{ kept: number }>(kept));
        expect(rows[0]?.kept, `round ${round}`).toBeLessThan(410);
      }
    });

    test("go on after any number of others, whichever of them made room", async () => {
      const tenantId = await makeTenant();
      const numbered = (index: number) => sql.raw(`select ${index} as number, 'in order' as kept`);
      for (const many of [396, 397, 398, 399, 400, 401]) {
        await own.db.transaction(tenantId, async (tx) => {
          for (let index = 0; index < many; index += 1) await tx.execute(numbered(index));
        });
        const alone = sql.raw(`select ${many} as read_alone`);
        expect((await own.db.read(tenantId, (read) => read.execute(alone))).rows).toEqual([{ read_alone: many }]);
        expect(await own.db.transaction(tenantId, (tx) => tx.$count(members))).toBe(1);
      }
    });

    test("see what whoever asks may see, also where the text and its plan were another's", async () => {
      const one = await makeTenant(2);
      const other = await makeTenant(3);
      // More often than the server plans a text anew.
      for (let time = 0; time < 12; time += 1) {
        expect(await countMembers(one)).toBe(2);
        expect(await countMembers(other)).toBe(3);
        expect(await own.db.transaction(one, (tx) => tx.$count(members))).toBe(2);
        expect(await own.db.transaction(other, (tx) => tx.$count(members))).toBe(3);
        expect(await own.db.read("system", (read) => read.$count(tenants))).toBeGreaterThan(1);
        expect(await own.db.read(one, (read) => read.$count(tenants))).toBe(1);
      }
    });
  });

  describe("a write of one statement", () => {
    const rename = (tenantId: TenantId, name: string) =>
      own.db.write(tenantId, (write) => write.update(tenants).set({ name }).returning({ name: tenants.name }));

    test("changes what is the tenant's own, and nothing else", async () => {
      const [one, other] = [await makeTenant(), await makeTenant()];
      expect(await rename(one, "Another")).toEqual([{ name: "Another" }]);
      const names = async (tenantId: TenantId) =>
        own.db.read(tenantId, (read) => read.select({ name: tenants.name }).from(tenants));
      expect(await names(one)).toEqual([{ name: "Another" }]);
      expect(await names(other)).toEqual([{ name: "A tenant" }]);
      const forged = own.db.write(one, (write) =>
        write.insert(members).values({ ...addMember("Eve"), tenantId: other }),
      );
      await expect(forged).rejects.toMatchObject({ code: "42501" });
      expect(await countMembers(other)).toBe(1);
    });

    test("is stored whole or not at all, and the next one finds the connection as it was", async () => {
      const tenantId = await makeTenant();
      const twice = addMember("Grace");
      const failing = own.db.write(tenantId, (write) => write.insert(members).values([twice, twice]));
      await expect(failing).rejects.toMatchObject({ code: "23505" });
      expect(await countMembers(tenantId)).toBe(1);
      await own.db.write(tenantId, (write) => write.insert(members).values(twice));
      expect(await countMembers(tenantId)).toBe(2);
    });

    test("is refused inside a transaction, which it would not be part of", async () => {
      const tenantId = await makeTenant();
      const nested = own.db.transaction(tenantId, () => rename(tenantId, "Another"));
      await expect(nested).rejects.toMatchObject({ code: "database.nested" });
    });
  });

  describe("keep tenants apart", () => {
    test("in a thousand reads of twenty tenants at once, one in ten of which fails", async () => {
      const all = await Promise.all(Array.from({ length: 20 }, (_, index) => makeTenant(10 + index)));
      const failing = [
        sql`select 1 / 0`,
        sql`selec`,
        sql`select * from auth.session`,
        sql`insert into members (user_id, name, role) values ('u', 'Eve', 'owner')`,
        sql`select set_config('app.tenant_id', ${all[3]}, true), set_config('role', 'system', true), 1 / (random() * 0)::int`,
      ];
      const question = sql`select tenant_id, current_user as role, current_setting('app.tenant_id') as named from members`;
      let crossings = 0;
      let good = 0;
      let bad = 0;

      async function ask(index: number): Promise<void> {
        const which = (index * 7 + (index >> 3)) % all.length;
        const tenantId = all[which] as TenantId;
        const check = ({ rows }: pg.QueryResult) => {
          good += 1;
          const own = rows.every((row) => row.tenant_id === tenantId && row.role === "app" && row.named === tenantId);
          if (!own || rows.length !== 10 + which) crossings += 1;
        };
        if (index % 10 === 3) {
          const statement = failing[Math.floor(index / 10) % failing.length] as (typeof failing)[number];
          await own.db.read(tenantId, (read) => read.execute(statement)).catch(() => (bad += 1));
        } else if (index % 25 === 1) {
          const rolledBack = new Error("rolled back");
          await own.db
            .transaction(tenantId, async (tx) => {
              check(await tx.execute(question));
              if (index % 50 === 1) throw rolledBack;
            })
            .catch((error) => expect(error).toBe(rolledBack));
        } else {
          check(await own.db.read(tenantId, (read) => read.execute(question)));
        }
      }
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => ask(index)));

      expect({ crossings, good, bad }).toEqual({ crossings: 0, good: 900, bad: 100 });
    });

    test("so that a row of another tenant is neither written nor pointed at", async () => {
      const [ours, theirs] = [await makeTenant(), await makeTenant()];
      const inboxId = await own.db.transaction(theirs, async (tx) => {
        const inbox = { name: "Shop", assistantName: "Parley", greeting: "Hello", publishableKey: "key" };
        const [row] = await tx.insert(inboxes).values(inbox).returning();
        if (!row) throw new Error("an insert returned no row");
        return row.id;
      });

      const write = () =>
        own.db.transaction(ours, (tx) => tx.insert(members).values({ ...addMember("Eve"), tenantId: theirs }));
      const point = () => own.db.transaction(ours, (tx) => tx.insert(contacts).values({ inboxId }));

      await expect(write()).rejects.toMatchObject({ code: "42501" });
      await expect(point()).rejects.toMatchObject({ code: "23503" });
    });

    test("and let the other roles see no tenant's rows, nor a statement that came past them anything at all", async () => {
      await makeTenant();
      const ask = (scope: "auth" | "system", table: string) =>
        own.db.read(scope, (read) => read.execute(sql`select * from ${sql.raw(table)}`));
      await expect(ask("auth", "public.members")).rejects.toMatchObject({ code: "42501" });
      await expect(ask("system", "public.conversations")).rejects.toMatchObject({ code: "42501" });
      await expect(ask("system", `auth."user"`)).rejects.toMatchObject({ code: "42501" });

      await withClient(own.connection, async (client) => {
        await expect(client.query("select * from public.tenants")).rejects.toMatchObject({ code: "42501" });
        await client.query("begin; set local role app");
        expect((await client.query("select * from tenants")).rows).toEqual([]);
        await expect(client.query("insert into tenants (slug, name) values ('a', 'A')")).rejects.toMatchObject({
          code: "42501",
        });
        await client.query("rollback");
      });
    });

    test.each(["", "app", "owner", "*", "' or true --", "00000000-0000-0000-0000-00000000000g", undefined, null])(
      "and refuse %j as a tenant",
      async (scope) => {
        const never = vi.fn();
        await expect(own.db.read(scope as TenantId, never)).rejects.toThrow(TypeError);
        await expect(own.db.transaction(scope as TenantId, never)).rejects.toThrow(TypeError);
        expect(never).not.toHaveBeenCalled();
      },
    );
  });

  describe("read", () => {
    test("in one round trip", async () => {
      const tenantId = await makeTenant(3);
      const sync = vi.spyOn(pg.Connection.prototype, "sync");
      const simple = vi.spyOn(pg.Connection.prototype, "query");
      try {
        expect(await countMembers(tenantId)).toBe(3);
        expect([sync.mock.calls.length, simple.mock.calls.length]).toEqual([1, 0]);
      } finally {
        vi.restoreAllMocks();
      }
    });

    test("without being able to write, or to send a second statement", async () => {
      const tenantId = await makeTenant();
      const write = own.db.read(tenantId, (read) => read.execute(sql`delete from members`));
      await expect(write).rejects.toMatchObject({ code: "25006" });
      const two = own.db.read(tenantId, (read) => read.execute(sql`select 1; delete from members`));
      await expect(two).rejects.toMatchObject({ code: "42601" });
      expect(await countMembers(tenantId)).toBe(1);
    });

    test("as the role they name, which ends with the statement", async () => {
      const role = async (scope: "auth" | "system" | TenantId) =>
        (await own.db.read(scope, (read) => read.execute(whoAmI))).rows;
      const tenantId = await makeTenant();
      expect(await role(tenantId)).toEqual([{ role: "app", login: "door" }]);
      expect(await role("system")).toEqual([{ role: "system", login: "door" }]);
      expect(await role("auth")).toEqual([{ role: "auth", login: "door" }]);
      const outside = await withClient(own.connection, (client) => client.query("select current_user as role"));
      expect(outside.rows).toEqual([{ role: "door" }]);
    });
  });

  describe("in a transaction", () => {
    test("store all of it, or nothing when it rejects, and hand its error on", async () => {
      const tenantId = await makeTenant();
      await own.db.transaction(tenantId, async (tx) => {
        await Promise.all([
          tx.insert(members).values(addMember("Bea")),
          tx.insert(members).values(addMember("Cleo")),
          tx.insert(members).values(addMember("Dora")),
        ]);
      });
      const failure = new Error("no");
      const failed = own.db.transaction(tenantId, async (tx) => {
        await tx.insert(members).values(addMember("Eve"));
        throw failure;
      });
      await expect(failed).rejects.toBe(failure);
      expect(await countMembers(tenantId)).toBe(4);
    });

    test("say so when a statement failed and nobody said so: what looked committed was not", async () => {
      const tenantId = await makeTenant();
      const swallowed = own.db.transaction(tenantId, async (tx) => {
        await tx.insert(members).values(addMember("Bea"));
        await tx.execute(sql`select 1 / 0`).catch(() => {});
        return "done";
      });
      await expect(swallowed).rejects.toMatchObject({ code: "database.rolled_back" });
      expect(await countMembers(tenantId)).toBe(1);
    });

    test("undo a savepoint alone when only that fails", async () => {
      const tenantId = await makeTenant();
      await own.db.transaction(tenantId, async (tx) => {
        const { userId } = addMember("Bea");
        await tx.insert(members).values({ ...addMember("Bea"), userId });
        const again = tx.transaction((savepoint) => savepoint.insert(members).values({ ...addMember("Bo"), userId }));
        await expect(again).rejects.toMatchObject({ code: "23505" });
      });
      expect(await countMembers(tenantId)).toBe(2);
    });

    test("refuse at once another door that is opened inside it, which would wait for itself", async () => {
      const tenantId = await makeTenant();
      const { db } = own;
      await db.transaction(tenantId, async () => {
        const nested = [
          () => db.read(tenantId, (read) => read.select().from(members)),
          () => db.transaction(tenantId, async () => {}),
          () => db.executeSql("system")("select 1"),
          () => db.executeSql("system")("select $1", [1]),
          () => db.authDatabase().execute(sql`select 1`),
          () => db.authDatabase().transaction(async () => {}),
          () => db.ping(),
        ];
        for (const open of nested) await expect(open()).rejects.toMatchObject({ code: "database.nested" });
      });
      await expect(db.ping()).resolves.toBeUndefined();
    });

    test("refuse a statement that comes after its end", async () => {
      const tenantId = await makeTenant();
      const tx = await own.db.transaction(tenantId, async (open) => open);
      await expect(tx.insert(members).values(addMember("Eve"))).rejects.toMatchObject({ code: "database.over" });
      expect(await countMembers(tenantId)).toBe(1);
    });

    test("call whoever waits for a signal after the commit, once, and not at all after a rollback", async () => {
      const tenantId = await makeTenant();
      const name = `signal-${kind}`;
      const seen: Promise<number>[] = [];
      own.db.onSignal(name, () => void seen.push(countMembers(tenantId)));

      await own.db.transaction(tenantId, async (tx) => {
        tx.signal(name);
        await tx.insert(members).values(addMember("Bea"));
        tx.signal(name);
        tx.signal("another");
        expect(seen).toEqual([]);
      });
      const rolledBack = own.db.transaction(tenantId, async (tx) => {
        tx.signal(name);
        await tx.execute(sql`select 1 / 0`);
      });
      await expect(rolledBack).rejects.toThrow();

      expect(await Promise.all(seen)).toEqual([2]);
    });

    test("become auth for a while, which sees accounts and nothing of the tenant", async () => {
      const tenantId = await makeTenant();
      await own.db.transaction(tenantId, async (tx) => {
        const [who] = await asRole("auth", tx, async (inner) => {
          await inner.execute(sql`select 1 from auth.session`);
          return (await inner.execute(whoAmI)).rows;
        });
        expect(who).toMatchObject({ role: "auth" });
        const peek = asRole("auth", tx, (inner) => inner.execute(sql`select 1 from members`));
        await expect(peek).rejects.toMatchObject({ code: "42P01" }); // it does not see the schema
        await expect(tx.transaction((inner) => inner.execute(sql`select 1 from auth.session`))).rejects.toMatchObject({
          code: "42501",
        });
        expect((await tx.execute(whoAmI)).rows).toMatchObject([{ role: "app" }]);
      });
    });

    test("become system for a while, and are the tenant's again whether that went well or not", async () => {
      const tenantId = await makeTenant();
      const probe = async (note: string) =>
        (await own.db.executeSql("system")("select note from pgboss.probe where note = $1", [note])).rows.length;
      const [kept, undone] = [randomUUID(), randomUUID()];

      await own.db.transaction(tenantId, async (tx) => {
        const enqueue = (note: string) =>
          asRole("system", tx, async (inner) => {
            await inner.execute(sql`insert into pgboss.probe values (${note})`);
            return (await inner.execute(whoAmI)).rows;
          });
        expect(await enqueue(kept)).toMatchObject([{ role: "system" }]);
        expect((await tx.execute(whoAmI)).rows).toMatchObject([{ role: "app" }]);

        const failing = asRole("system", tx, async (inner) => {
          await inner.execute(sql`insert into pgboss.probe values (${undone})`);
          throw new Error("no");
        });
        await expect(failing).rejects.toThrow("no");
        expect((await tx.execute(whoAmI)).rows).toMatchObject([{ role: "app" }]);
        await expect(asRole("system", tx, (inner) => inner.execute(sql`select 1 / 0`))).rejects.toMatchObject({
          code: "22012",
        });
        expect((await tx.execute(whoAmI)).rows).toMatchObject([{ role: "app" }]);
        await tx.insert(outbox).values({ event: { type: "run.queued" } as never });
      });

      expect([await probe(kept), await probe(undone)]).toEqual([1, 0]);
      expect(await own.db.read(tenantId, (read) => read.$count(outbox))).toBe(1);
    });
  });

  test("what accounts and jobs write while a transaction is open survives its rollback", async () => {
    const tenantId = await makeTenant();
    const opened = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const held = own.db.transaction(tenantId, async (tx) => {
      await tx.insert(members).values(addMember("Eve"));
      opened.resolve();
      await release.promise;
      await tx.insert(members).values(addMember("Fay"));
      throw new Error("rolled back");
    });
    await opened.promise;

    const id = randomUUID();
    const authDatabase = own.db.authDatabase();
    const account =
      authDatabase.execute(sql`insert into auth."user" (id, name, email, email_verified, created_at, updated_at)
      values (${id}, 'Ada', ${`${id}@example.com`}, true, now(), now())`);
    const both = authDatabase.transaction((tx) =>
      tx.execute(sql`insert into auth.verification (id, identifier, value, expires_at, created_at, updated_at)
        values (${id}, 'i', 'v', now(), now(), now())`),
    );
    const job = own.db.executeSql("system")("insert into pgboss.probe values ($1)", [id]);
    const script = own.db.executeSql("system")(`insert into pgboss.probe values ('${id}'); select 1`);
    const write = Promise.all([account, both, job, script]);
    release.resolve();
    await expect(held).rejects.toThrow("rolled back");
    await write;

    const users = await own.db.read("auth", (read) =>
      read.execute(sql`select id from auth."user" where id = ${id} union all
        select id from auth.verification where id = ${id}`),
    );
    expect(users.rows).toHaveLength(2);
    const jobs = await own.db.executeSql("system")("select * from pgboss.probe where note = $1", [id]);
    expect(jobs.rows).toHaveLength(2);
    expect(await countMembers(tenantId)).toBe(1);
  });

  describe("for a library's statements", () => {
    test("run a text of several as one transaction, and answer with the rows of each", async () => {
      const run = own.db.executeSql("system");
      const answer = await run(
        "create table pgboss.first (n int); insert into pgboss.first values (7) returning n; select n + 1 as n from pgboss.first",
      );
      expect(answer.rows).toEqual([{ n: 7 }, { n: 8 }]);
      await expect(run("create table pgboss.second (n int); select 1 / 0")).rejects.toMatchObject({ code: "22012" });
      await expect(run("select * from pgboss.second")).rejects.toMatchObject({ code: "42P01" });
    });

    test("leave the connection in order when a text began a transaction of its own and failed", async () => {
      const run = own.db.executeSql("system");
      await expect(run("begin; create table pgboss.third (n int); select 1 / 0; commit")).rejects.toThrow();
      const tenantId = await makeTenant();
      expect(await countMembers(tenantId)).toBe(1);
      await run("begin; create table pgboss.third (n int); commit");
      expect((await run("select * from pgboss.third")).rows).toEqual([]);
    });

    test("roll the accounts' own transaction back", async () => {
      const id = randomUUID();
      const failing = own.db.authDatabase().transaction(async (tx) => {
        await tx.execute(sql`insert into auth.verification (id, identifier, value, expires_at, created_at, updated_at)
          values (${id}, 'i', 'v', now(), now(), now())`);
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      const left = await own.db.read("auth", (read) =>
        read.execute(sql`select 1 from auth.verification where id = ${id}`),
      );
      expect(left.rows).toEqual([]);
    });
  });

  test("an error names the statement's code and nothing of what people wrote", async () => {
    const tenantId = await makeTenant();
    const secret = "my card number is 4111";
    const everything = (error: unknown) =>
      error instanceof Error ? `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}` : "";
    const statements = [
      own.db.transaction(tenantId, (tx) => tx.insert(tenants).values({ tenantId, slug: "x", name: secret })),
      own.db.transaction(tenantId, (tx) =>
        tx
          .update(members)
          .set({ role: secret as "owner" })
          .where(eq(members.tenantId, tenantId)),
      ),
      own.db.read(tenantId, (read) => read.execute(sql`select ${secret}::text from nowhere`)),
    ];
    const errors = await Promise.allSettled(statements);
    expect(errors.map((error) => error.status === "rejected" && error.reason.code)).toEqual([
      "23505",
      "23514",
      "42P01",
    ]);
    for (const error of errors) expect(error.status === "rejected" && everything(error.reason)).not.toContain("4111");
  });

  test("a caller that waits too long for a connection is told that the database is busy", async () => {
    const tenantId = await makeTenant();
    const narrow = openDatabase({ connection: own.connection, max: 1, connectionTimeoutMs: 50 });
    const release = Promise.withResolvers<void>();
    try {
      // To connect may take longer than these 50 ms: what is tested begins when there is a connection.
      const isConnected = () =>
        narrow.ping().then(
          () => true,
          () => false,
        );
      await expect.poll(isConnected, { timeout: 20_000 }).toBe(true);
      const held = narrow.transaction(tenantId, () => release.promise);
      await expect(narrow.read(tenantId, (read) => read.select().from(members))).rejects.toMatchObject({
        code: "database.busy",
      });
      release.resolve();
      await held;
      await expect(narrow.ping()).resolves.toBeUndefined();
    } finally {
      release.resolve();
      await narrow.close();
    }
  });
});

describe("the doors to PostgreSQL", () => {
  let own: OwnDatabase;
  const tenantId = TenantId.parse(randomUUID());
  beforeAll(async () => {
    own = await openOwnDatabase("PostgreSQL", { statementTimeoutMs: 200 });
  });
  afterAll(() => own.close());

  test("end a statement that takes too long, and keep the connection", async () => {
    const slow = own.db.read(tenantId, (read) => read.execute(sql`select pg_sleep(60)`));
    await expect(slow).rejects.toMatchObject({ code: "57014" });
    const slowInside = own.db.transaction(tenantId, (tx) => tx.execute(sql`select pg_sleep(60)`));
    await expect(slowInside).rejects.toMatchObject({ code: "57014" });
    const slowText = own.db.executeSql("system")("select 1; select pg_sleep(60)");
    await expect(slowText).rejects.toMatchObject({ code: "57014" });
    await expect(own.db.ping()).resolves.toBeUndefined();
  });

  test("keep the connection after a statement or a transaction that failed", async () => {
    const one = openDatabase({ connection: own.connection, max: 1 });
    const pid = async () =>
      (await one.read("system", (read) => read.execute(sql`select pg_backend_pid() as pid`))).rows;
    try {
      const before = await pid();
      await expect(one.read(tenantId, (read) => read.execute(sql`select 1 / 0`))).rejects.toThrow();
      await expect(one.transaction(tenantId, (tx) => tx.execute(sql`select 1 / 0`))).rejects.toThrow();
      await expect(one.transaction(tenantId, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      await expect(one.executeSql("system")("begin; select 1 / 0")).rejects.toThrow();
      expect(await pid()).toEqual(before);
    } finally {
      await one.close();
    }
  });

  test("replace a connection that broke, whether it was idle or in use", async () => {
    const { db, connection } = own;
    const one = openDatabase({ connection, max: 1 });
    const pid = async () =>
      Number((await one.read("system", (read) => read.execute(sql`select pg_backend_pid() as pid`))).rows[0]?.pid);
    // A role may end the sessions of its own login.
    const end = (victim: number) =>
      withClient(connection, (client) => client.query("select pg_terminate_backend($1)", [victim]));
    try {
      const idle = await pid();
      await end(idle);
      await expect.poll(() => pid().catch(() => idle)).not.toBe(idle);

      const used = await pid();
      const broken = one.transaction(tenantId, async (tx) => {
        await end(used);
        await tx.execute(sql`select 1`);
      });
      await expect(broken).rejects.toThrow();
      expect(await pid()).not.toBe(used);
    } finally {
      await one.close();
    }
    await expect(db.ping()).resolves.toBeUndefined();
  });

  test("fail when the server is not there", async () => {
    const nowhere = openDatabase({ connection: { ...own.connection, port: 1 } });
    await expect(nowhere.ping()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await nowhere.close();
  });

  test("close once, and then refuse", async () => {
    const closed = openDatabase({ connection: own.connection });
    await closed.ping();
    await Promise.all([closed.close(), closed.close()]);
    await expect(closed.ping()).rejects.toThrow();
  });
});
