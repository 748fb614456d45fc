import { findLiveSessions } from "@parley/auth";
import { beginSession, letIdle } from "@parley/auth/testing";
import { InvitationId, TenantId, UserId } from "@parley/contracts";
import { invitations, members, tenants } from "@parley/db/schema";
import { bothDatabases, type OwnDatabase, openOwnDatabase } from "@parley/db/testing/both-databases";
import { createLogger } from "@parley/platform/log";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createSweep } from "./sweep.ts";

const logger = createLogger({ level: "silent", format: "json" });
const invitationId = (number: number) => InvitationId.parse(`00000000-0000-4000-8000-00000000000${number}`);

describe.each(bothDatabases)("on %s", (kind) => {
  let own: OwnDatabase;
  beforeAll(async () => {
    own = await openOwnDatabase(kind);
  }, 120_000);
  afterAll(() => own.close());
  const run = (statement: ReturnType<typeof sql>) => own.db.authDatabase().execute(statement);
  const keysOf = async (table: string, column: string) => {
    const { rows } = await run(
      sql`select ${sql.identifier(column)} as key from auth.${sql.identifier(table)} order by 1`,
    );
    return rows.map(({ key }) => key);
  };

  test("what time has ended is gone, more of it than one batch, and all else is there", {
    timeout: 60_000,
  }, async () => {
    const { db } = own;
    const [alive, idle] = [await beginSession(db), await beginSession(db)];
    await letIdle(db, idle, "31 minutes");
    await run(sql`
      insert into auth.attempt select 'over ' || n, 1, now() - interval '1 second' from generate_series(1, 2500) n
      union all select 'counts', 5, now() + interval '1 minute'`);
    for (const [key, ends] of [
      ["over", sql`now() - interval '1 second'`],
      ["good", sql`now() + interval '1 minute'`],
    ] as const) {
      await run(sql`insert into auth.unlock values (${key}, 'someone', ${alive}, ${ends})`);
      await run(sql`insert into auth.challenge values (${key}, ${alive}, ${ends})`);
      await run(sql`insert into auth.trusted_device (id, digest, user_id, user_agent, ends_at)
        values (${key}, ${key}, ${alive}, '', ${ends})`);
      await run(sql`insert into auth.mail_token values (${key}, 'verify_email', ${alive}, null, ${ends})`);
      await run(sql`insert into auth.verification (id, identifier, value, expires_at, created_at, updated_at)
        values (${key}, ${key}, '', ${ends}, now(), now())`);
    }

    await run(sql`
      insert into auth."user" (id, name, email, email_verified, created_at, updated_at)
      select name, 'Bea', name || '@example.com', name = 'confirmed', now(), now() - age from (values
        ('young', interval '6 days 23 hours'), ('old', interval '7 days 1 minute'), ('vouched for', interval '8 days'),
        ('confirmed', interval '8 days')) as signed_up (name, age)`);
    await run(sql`
      insert into auth.account (id, account_id, provider_id, user_id, created_at, updated_at)
      values ('one', 'one', 'google', 'vouched for', now(), now())`);

    expect(await createSweep({ db, logger }).run()).toBe(2_500 + 1 + 5 + 1);
    expect((await keysOf("user", "name")).filter((name) => name === "Bea")).toHaveLength(3);
    expect(await keysOf("user", "id")).not.toContain("old");
    expect(await findLiveSessions(db, [alive])).toEqual(new Set([alive]));
    expect(await keysOf("session", "id")).toEqual([alive]);
    expect(await keysOf("attempt", "subject")).toEqual(["counts"]);
    expect(await keysOf("unlock", "token_digest")).toEqual(["good"]);
    expect(await keysOf("challenge", "digest")).toEqual(["good"]);
    expect(await keysOf("trusted_device", "id")).toEqual(["good"]);
    expect(await keysOf("mail_token", "digest")).toEqual(["good"]);
    expect(await keysOf("verification", "id")).toEqual(["good"]);
  });

  test("invitations go a month after they are over, in every workspace, and no sooner", {
    timeout: 60_000,
  }, async () => {
    const { db } = own;
    for (const place of [1, 2]) {
      const tenantId = TenantId.parse(`00000000-0000-4000-8000-00000000001${place}`);
      await db.transaction(tenantId, async (tx) => {
        await tx.insert(tenants).values({ slug: `shop-${place}`, name: "Shop" });
        const [member] = await tx
          .insert(members)
          .values({ userId: UserId.parse(`ada ${place}`), name: "Ada", role: "owner" })
          .returning();
        if (!member) throw new Error("an insert returned no row");
        for (const [number, days] of [
          [1, 29],
          [2, 31],
        ] as const) {
          await tx.insert(invitations).values({
            id: invitationId(number),
            email: `${number}@example.com`,
            role: "member",
            tokenSha256: Buffer.alloc(32, number),
            invitedBy: member.id,
            expiresAt: sql`now() - make_interval(days => ${days})`,
          });
        }
      });
    }
    expect(await createSweep({ db, logger }).run()).toBe(2);
    for (const place of [1, 2]) {
      const tenantId = TenantId.parse(`00000000-0000-4000-8000-00000000001${place}`);
      const left = await db.read(tenantId, (read) => read.select({ id: invitations.id }).from(invitations));
      expect(left).toEqual([{ id: invitationId(1) }]);
    }
  });

  test("once started it sweeps every hour; once stopped, no more", { timeout: 60_000 }, async () => {
    const count = () => run(sql`insert into auth.attempt values ('over', 1, now() - interval '1 second')`);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const sweep = createSweep({ db: own.db, logger });
    sweep.start();
    await count();
    vi.advanceTimersByTime(3_599_999);
    await expect.poll(() => keysOf("attempt", "subject")).toContain("over");
    vi.advanceTimersByTime(1);
    await expect.poll(() => keysOf("attempt", "subject"), { timeout: 20_000 }).not.toContain("over");
    await sweep.stop();
    await count();
    vi.advanceTimersByTime(7_200_000);
    vi.useRealTimers();
    expect(await keysOf("attempt", "subject")).toContain("over");
  });
});
