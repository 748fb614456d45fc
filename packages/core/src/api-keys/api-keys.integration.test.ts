import { randomUUID } from "node:crypto";
import { ApiKeyId, MemberId } from "@parley/contracts";
import { apiKeys, auditLog } from "@parley/db/schema";
import { asc, eq, sql } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import { createWorld } from "../testing/world.ts";
import { makeApiKey } from "./key-format.ts";
import { openWithApiKey } from "./open-with-api-key.ts";

const world = await createWorld();
const { db } = world;
afterAll(() => world[Symbol.asyncDispose]());

type Tenant = Awaited<ReturnType<typeof world.tenant>>;
const newId = () => ApiKeyId.parse(randomUUID());
const scopes = ["conversations:read" as const];

async function made(tenant?: Tenant) {
  const of = tenant ?? (await world.tenant());
  const id = newId();
  const { key } = await of.api.apiKeys.create({ id, name: "Reports", scopes });
  return { ...of, id, key };
}

/** Lets time pass for a key. */
const age = ({ tenantId, id }: { tenantId: Tenant["tenantId"]; id: ApiKeyId }, by: string) =>
  db.transaction(tenantId, (tx) =>
    tx
      .update(apiKeys)
      .set({
        createdAt: sql`${apiKeys.createdAt} - ${by}::interval`,
        expiresAt: sql`${apiKeys.expiresAt} - ${by}::interval`,
        lastUsedAt: sql`${apiKeys.lastUsedAt} - ${by}::interval`,
      })
      .where(eq(apiKeys.id, id)),
  );

describe("an API key", () => {
  test("opens its tenant with its scopes, and is stored as a hash alone", async () => {
    const { tenantId, id, key } = await made();
    expect(await openWithApiKey(db, key)).toEqual({
      tenantId,
      apiKeyId: id,
      scopes,
      plan: "standard",
      isGood: true,
    });
    const rows = await db.read(tenantId, (read) => read.execute(sql`select api_keys::text from api_keys`));
    const audit = await db.read(tenantId, (read) => read.select().from(auditLog));
    for (const part of [key, key.slice(30, 60)]) expect(JSON.stringify([rows.rows, audit])).not.toContain(part);
  });

  test("[K1] that was not made here, names another tenant, or is not whole opens nothing", async () => {
    const { tenantId, key } = await made();
    const other = await world.tenant();
    for (const wrong of [makeApiKey(tenantId), makeApiKey(other.tenantId), key.slice(0, -1), "", "parley_"]) {
      expect(await openWithApiKey(db, wrong)).toBeUndefined();
    }
  });

  test("[K1] opens nothing from the moment that it is revoked, and a second time changes nothing", async () => {
    const one = await made();
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(true);
    await one.api.apiKeys.revoke({ id: one.id });
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(false);
    const [before] = await one.api.apiKeys.list();
    await one.api.apiKeys.revoke({ id: one.id });
    expect((await one.api.apiKeys.list())[0]).toEqual(before);
    expect(before?.revokedAt).not.toBeNull();
  });

  test("is listed while it opens something, however many were made and revoked or over since", async () => {
    const one = await made();
    await db.transaction(one.tenantId, (tx) =>
      tx.execute(sql`
        insert into api_keys (id, name, scopes, key_sha256, hint, created_by, created_at, expires_at, revoked_at)
        select gen_random_uuid(), 'Noise', scopes, sha256(number::text::bytea), hint, created_by,
          now() + interval '1 second',
          now() + (case when number % 2 = 0 then interval '1 day' else interval '-1 second' end),
          case when number % 2 = 0 then now() end
        from api_keys, generate_series(1, 600) number where id = ${one.id}`),
    );
    const listed = await one.api.apiKeys.list();
    expect(listed).toHaveLength(500);
    expect(listed[0]?.id).toBe(one.id);
  });

  test("opens nothing when its time is over", async () => {
    const one = await made();
    await age(one, "89 days 23 hours");
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(true);
    await age(one, "2 hours");
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(false);
  });

  test("when it is replaced both are good for as long as was chosen", async () => {
    const one = await made();
    const id = newId();
    const { key } = await one.api.apiKeys.rotate({ id: one.id, newId: id, overlapHours: 2 });
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(true);
    expect(await openWithApiKey(db, key)).toMatchObject({ apiKeyId: id, scopes, isGood: true });
    const [newer, older] = await one.api.apiKeys.list();
    expect([newer?.name, older?.replacedBy]).toEqual(["Reports", id]);

    await age(one, "2 hours 1 second");
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(false);
    expect((await openWithApiKey(db, key))?.isGood).toBe(true);
    await expect(one.api.apiKeys.rotate({ id: one.id, newId: newId() })).rejects.toThrow("api_key.not_in_use");
  });

  test("that is replaced without overlap is over at once; replacing it gives it no more time than it had", async () => {
    const one = await made();
    await one.api.apiKeys.rotate({ id: one.id, newId: newId(), overlapHours: 0 });
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(false);

    const short = await made();
    await age(short, "89 days 23 hours");
    await short.api.apiKeys.rotate({ id: short.id, newId: newId(), overlapHours: 48 });
    await age(short, "1 hour");
    expect((await openWithApiKey(db, short.key))?.isGood).toBe(false);
  });

  test("tells when it was last used, to the minute, and one of many uses at once notes it", async () => {
    const one = await made();
    const lastUsed = async () => (await one.api.apiKeys.list()).find(({ id }) => id === one.id)?.lastUsedAt;
    expect(await lastUsed()).toBeNull();
    await Promise.all(Array.from({ length: 5 }, () => openWithApiKey(db, one.key)));
    const first = await lastUsed();
    expect(first).not.toBeNull();
    await openWithApiKey(db, one.key);
    expect(await lastUsed()).toBe(first);
    await age(one, "61 seconds");
    await openWithApiKey(db, one.key);
    expect(Date.parse(String(await lastUsed()))).toBeGreaterThanOrEqual(Date.parse(String(first)));
    await one.api.apiKeys.revoke({ id: one.id });
    await age(one, "61 seconds");
    const before = await lastUsed();
    await openWithApiKey(db, one.key);
    expect(await lastUsed()).toBe(before);
  });
});

describe("the keys of a tenant", () => {
  test("are seen, made, replaced and revoked by owners and admins alone", async () => {
    const one = await made();
    const memberId = MemberId.parse(one.member.memberId);
    for (const role of ["member", "viewer"] as const) {
      const { apiKeys: keys } = world.memberApi(one.tenantId, { memberId, name: "Bob" }, role);
      const calls = [
        () => keys.list(),
        () => keys.create({ id: newId(), name: "x", scopes }),
        () => keys.rotate({ id: one.id, newId: newId() }),
        () => keys.revoke({ id: one.id }),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow("auth.forbidden");
    }
    const admin = world.memberApi(one.tenantId, { memberId, name: "Eve" }, "admin");
    expect(await admin.apiKeys.list()).toHaveLength(1);
  });

  test("[T1] another tenant's is the same as one that does not exist", async () => {
    const theirs = await made();
    const ours = await world.tenant();
    for (const id of [theirs.id, newId()]) {
      await expect(ours.api.apiKeys.revoke({ id })).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: "api_key.not_found",
      });
      await expect(ours.api.apiKeys.rotate({ id, newId: newId() })).rejects.toThrow("api_key.not_found");
    }
    expect(await ours.api.apiKeys.list()).toEqual([]);
    // Its id is not even taken.
    await ours.api.apiKeys.create({ id: theirs.id, name: "Ours", scopes });
    expect((await openWithApiKey(db, theirs.key))?.isGood).toBe(true);
  });

  test("under an id that is in use no second key is made", async () => {
    const one = await made();
    await expect(one.api.apiKeys.create({ id: one.id, name: "x", scopes })).rejects.toThrow("api_key.id_taken");
    await expect(one.api.apiKeys.rotate({ id: one.id, newId: one.id })).rejects.toThrow("api_key.id_taken");
    expect((await openWithApiKey(db, one.key))?.isGood).toBe(true);
  });

  test.each([
    ["no scope", { scopes: [] }],
    ["an unknown scope", { scopes: ["conversations:write"] }],
    ["no name", { name: " " }],
    ["a name of 101 characters", { name: "x".repeat(101) }],
    ["no end", { lifetimeDays: null }],
    ["more than a year", { lifetimeDays: 367 }],
    ["somebody named", { createdBy: randomUUID() }],
  ])("are not made with %s", async (_, wrong) => {
    const { api } = await world.tenant();
    const input = { id: newId(), name: "Reports", scopes, ...wrong } as Parameters<typeof api.apiKeys.create>[0];
    await expect(api.apiKeys.create(input)).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect(await api.apiKeys.list()).toEqual([]);
  });

  test("are a hundred at most, without those that are over", async () => {
    const one = await made();
    await db.transaction(one.tenantId, (tx) =>
      tx.execute(sql`insert into api_keys (id, name, key_sha256, hint, scopes, expires_at)
        select gen_random_uuid(), 'k', sha256(n::text::bytea), 'x', ${sql.raw("array['documents:read']")}, now() + interval '1 day'
        from generate_series(1, 99) n`),
    );
    await expect(one.api.apiKeys.create({ id: newId(), name: "x", scopes })).rejects.toThrow("api_key.too_many");
    await one.api.apiKeys.revoke({ id: one.id });
    await one.api.apiKeys.create({ id: newId(), name: "x", scopes });
  });

  test("what is done to them is in the audit log: who, what, from where", async () => {
    const one = await made();
    const id = newId();
    await one.api.apiKeys.rotate({ id: one.id, newId: id, overlapHours: 1 });
    await one.api.apiKeys.revoke({ id });
    const entries = await db.read(one.tenantId, (read) => read.select().from(auditLog).orderBy(asc(auditLog.seq)));
    const who = { actorKind: "member", actorId: one.member.memberId, targetKind: "api_key", ip: "192.0.2.1" };
    expect(entries).toMatchObject([
      { ...who, action: "api_key.created", targetId: one.id, details: { scopes: "conversations:read" } },
      { ...who, action: "api_key.rotated", targetId: one.id, details: { newId: id, overlapHours: 1 } },
      { ...who, action: "api_key.revoked", targetId: id },
    ]);
  });
});
