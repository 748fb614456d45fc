import { readdir } from "node:fs/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate, prepareRoles } from "./migrate.ts";
import { openOwnDatabase } from "./testing/both-databases.ts";
import { createTestDatabase, type TestDatabase, withClient } from "./testing/databases.ts";
import { describeCatalogue } from "./testing/describe-catalogue.ts";

const catalogueOf = (client: pg.ClientBase) => describeCatalogue((text) => client.query(text));

describe("migrations", () => {
  let database: TestDatabase;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    owner = new pg.Client(database.ownerConnection);
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  test("go up, all the way down and up again, to the same database", async () => {
    const files = (await readdir(new URL("../migrations", import.meta.url))).sort();
    const names = files.map((file) => file.replace(/\.sql$/, ""));
    // Each number once and none left out: their order is the same wherever they came from.
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
    const migrationsTable = /migrations/;
    const withoutOwnTable = (lines: string[]) => lines.filter((line) => !migrationsTable.test(line));

    const empty = withoutOwnTable(await catalogueOf(owner));
    expect(await migrate(owner, { direction: "up" })).toEqual(names);
    const up = await catalogueOf(owner);
    expect(withoutOwnTable(up).length).toBeGreaterThan(empty.length);
    expect(await migrate(owner, { direction: "up" })).toEqual([]);

    expect(await migrate(owner, { direction: "down" })).toEqual(names.slice(-1));
    expect(await migrate(owner, { direction: "down", count: names.length })).toEqual(names.slice(0, -1).reverse());
    expect(withoutOwnTable(await catalogueOf(owner))).toEqual(empty);

    await migrate(owner, { direction: "up" });
    expect(await catalogueOf(owner)).toEqual(up);
  });

  test("why a site was not read to its end is told as it was, also what was stored as sentences", async () => {
    await migrate(owner, { direction: "up" });
    const tenant = "00000000-0000-4000-8000-000000000001";
    const asTenant = (text: string) =>
      withClient(database.adminConnection, async (admin) => {
        await admin.query(`set app.tenant_id = '${tenant}'`);
        return (await admin.query(text)).rows;
      });
    await asTenant("insert into tenants (slug, name) values ('shop', 'Shop')");
    await asTenant(`insert into sources (id, name) values ('${tenant}', 'Site')`);
    const names = (await readdir(new URL("../migrations", import.meta.url))).sort();
    const after = names.length - names.findIndex((name) => name.startsWith("0045_"));
    await migrate(owner, { direction: "down", count: after });
    const problems = ["b", "a"].map((address) => ({ address, reason: `Of ${address}.` }));
    await asTenant(`insert into crawls (source_id, status, reason, problems)
      values ('${tenant}', 'partial', 'There is more.', '${JSON.stringify(problems)}')`);
    await asTenant(`insert into crawls (source_id, status) values ('${tenant}', 'done')`);
    await migrate(owner, { direction: "up" });
    const told = (address: string) => ({ address, code: "crawl.told", detail: `Of ${address}.` });
    expect(await asTenant("select why, problems from crawls order by status")).toEqual([
      { why: null, problems: [] },
      { why: { code: "crawl.told", detail: "There is more." }, problems: [told("b"), told("a")] },
    ]);
    await migrate(owner, { direction: "down", count: after });
    expect(await asTenant("select reason, problems from crawls order by status")).toEqual([
      { reason: null, problems: [] },
      { reason: "There is more.", problems },
    ]);
    await migrate(owner, { direction: "up" });
    await asTenant("delete from tenants");
  });

  test("taking sessions back leaves none behind, which an older release would take as alive", async () => {
    await migrate(owner, { direction: "up" });
    const insert = (id: string) =>
      owner.query(`insert into auth.session (id, token, user_id, created_at, updated_at, expires_at)
        values ('${id}', '${id}', 'ada', now(), now(), now())`);
    await owner.query(`insert into auth."user" (id, name, email, email_verified, created_at, updated_at)
      values ('ada', 'Ada', 'ada@example.com', true, now(), now())`);
    await insert("over for years");
    const names = (await readdir(new URL("../migrations", import.meta.url))).sort();
    const after = names.length - names.findIndex((name) => name.startsWith("0008_"));
    await migrate(owner, { direction: "down", count: after });
    const { rows } = await owner.query("select id, expires_at from auth.session");
    expect(rows).toEqual([]);
    await migrate(owner, { direction: "up" });
    await owner.query(`delete from auth."user"`);
  });

  test("passwords beside a second factor count as short from 0015 on, and none does before it", async () => {
    await migrate(owner, { direction: "up" });
    const names = (await readdir(new URL("../migrations", import.meta.url))).sort();
    const from0015 = names.length - names.findIndex((name) => name.startsWith("0015_"));
    const back = () => migrate(owner, { direction: "down", count: from0015 });
    const shortOnes = async () => {
      const { rows } = await owner.query("select user_id from auth.account where password_short order by 1");
      return rows.map(({ user_id }) => user_id);
    };
    await back();
    const people = [
      { id: "beside a factor", provider: "credential", password: "a hash", confirmed: true },
      { id: "beside one that was never confirmed", provider: "credential", password: "a hash", confirmed: false },
      { id: "with a password alone", provider: "credential", password: "a hash" },
      { id: "without a password", provider: "credential", password: null, confirmed: true },
      { id: "of a provider", provider: "google", password: null, confirmed: true },
    ];
    for (const { id, provider, password, confirmed } of people) {
      await owner.query(
        `insert into auth."user" (id, name, email, email_verified, created_at, updated_at) values ($1, $1, $1, true, now(), now())`,
        [id],
      );
      await owner.query(
        `insert into auth.account (id, account_id, provider_id, user_id, password, created_at, updated_at)
         values ($1, $1, $2, $1, $3, now(), now())`,
        [id, provider, password],
      );
      if (confirmed === undefined) continue;
      await owner.query(
        "insert into auth.factor (user_id, secret, confirmed_at) values ($1, 'a secret', case when $2 then now() end)",
        [id, confirmed],
      );
    }
    expect(await shortOnes()).toEqual([]);
    await migrate(owner, { direction: "up" });
    expect(await shortOnes()).toEqual(["beside a factor"]);
    await back();
    expect(await shortOnes()).toEqual([]);
    await migrate(owner, { direction: "up" });
    await owner.query(`delete from auth."user"`);
  });

  test("run once when several processes begin at the same time", async () => {
    await migrate(owner, { direction: "down", count: 99 });
    const runs = Array.from({ length: 3 }, () =>
      withClient(database.ownerConnection, (client) => migrate(client, { direction: "up" })),
    );
    const ran = (await Promise.all(runs)).filter((names) => names.length > 0);
    expect(ran).toHaveLength(1);
  });

  test("that need what somebody uses step back, so that nobody waits long behind them, and are tried again", async () => {
    await migrate(owner, { direction: "up" });
    const [last] = await migrate(owner, { direction: "down", count: 99 }).then((names) => names.slice(0, 1));
    await migrate(owner, { direction: "up" });
    await withClient(database.adminConnection, async (user) => {
      await user.query("begin");
      await user.query("select from messages");
      let pauses = 0;
      const pause = async () => {
        pauses += 1;
        // Nothing of it is left in the meantime: whoever comes now is not kept waiting.
        await user.query("select from conversations");
        if (pauses === 2) await user.query("commit");
      };
      const ran = await migrate(owner, { direction: "down", count: 99, lockTimeoutMs: 50, pause });
      expect(ran[0]).toBe(last);
      expect(pauses).toBe(2);
    });
    const { rows } = await owner.query("show lock_timeout");
    expect(rows).toEqual([{ lock_timeout: "0" }]);
    await migrate(owner, { direction: "up" });
  });

  // PGlite makes a whole database first: seconds of work for an idle processor, and minutes for one that has much else to do.
  test("make the same database on PGlite as on PostgreSQL", { timeout: 180_000 }, async () => {
    await migrate(owner, { direction: "up" });
    const embedded = await openOwnDatabase("PGlite");
    const ask = embedded.db.executeSql("system");
    expect(await describeCatalogue((text) => ask(text))).toEqual(await catalogueOf(owner));
    await embedded.close();
  });

  test("find the roles as they are when these are prepared again, by several at once", async () => {
    const before = await catalogueOf(owner);
    await withClient(database.adminConnection, prepareRoles);
    expect(await catalogueOf(owner)).toEqual(before);
    const several = await Promise.all([1, 2, 3].map(() => createTestDatabase({ migrated: false })));
    await Promise.all(several.map(({ drop }) => drop()));
  });
});
