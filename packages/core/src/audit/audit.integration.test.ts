import { randomUUID } from "node:crypto";
import { type AuditEntry, type TenantId, UserId } from "@parley/contracts";
import { auditLog, members } from "@parley/db/schema";
import { asc } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../testing/world.ts";
import { beginExport, writeExport } from "./export-log.ts";
import { genesisHash, hashEntry } from "./hash-entry.ts";
import { recordAccountEvent } from "./record-account-event.ts";
import { type AuditRecord, recordAudit } from "./record-audit.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const record: AuditRecord = {
  action: "document.removed",
  actor: { kind: "operator", id: null },
  target: { kind: "document", id: "1" },
  ip: "192.0.2.1",
  details: { b: 1, a: "x" },
};
const add = (tenantId: TenantId, entry = record) => world.db.transaction(tenantId, (tx) => recordAudit(tx, entry));
const rowsOf = (tenantId: TenantId) =>
  world.db.read(tenantId, (read) => read.select().from(auditLog).orderBy(asc(auditLog.seq)));

test("each entry is chained to the one before it, and entries written at the same time leave no hole", async () => {
  const { tenantId } = await world.tenant();
  await Promise.all(Array.from({ length: 20 }, () => add(tenantId)));
  const rows = await rowsOf(tenantId);
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  let previous = genesisHash;
  for (const row of rows) {
    const entry: Omit<AuditEntry, "hash"> = {
      seq: row.seq,
      at: row.at.toISOString(),
      action: "document.removed",
      actor: { kind: "operator", id: null },
      target: { kind: "document", id: "1" },
      ip: "192.0.2.1",
      details: { a: "x", b: 1 },
    };
    expect(row.hash).toBe(hashEntry(tenantId, entry, previous));
    previous = row.hash;
  }
});

test("what was rolled back is not in the log, and leaves no hole", async () => {
  const { tenantId } = await world.tenant();
  await add(tenantId);
  const failing = world.db.transaction(tenantId, async (tx) => {
    await recordAudit(tx, record);
    throw new Error("after all not");
  });
  await expect(failing).rejects.toThrow("after all not");
  await add(tenantId);
  expect((await rowsOf(tenantId)).map(({ seq }) => seq)).toEqual([1, 2]);
});

test("two tenants' logs have nothing to do with each other", async () => {
  const [one, two] = [await world.tenant(), await world.tenant()];
  await add(one.tenantId);
  await add(one.tenantId);
  await add(two.tenantId);
  expect((await rowsOf(one.tenantId)).map(({ seq }) => seq)).toEqual([1, 2]);
  expect((await rowsOf(two.tenantId)).map(({ seq }) => seq)).toEqual([1]);
});

test("the services can neither change nor delete an entry", async () => {
  const { tenantId } = await world.tenant();
  await add(tenantId);
  const change = world.db.transaction(tenantId, (tx) => tx.update(auditLog).set({ ip: null }));
  await expect(change).rejects.toMatchObject({ code: "42501" });
  const deletion = world.db.transaction(tenantId, (tx) => tx.delete(auditLog));
  await expect(deletion).rejects.toMatchObject({ code: "42501" });
});

test("details hold no long text", async () => {
  const { tenantId } = await world.tenant();
  const wordy = add(tenantId, { ...record, details: { words: "x".repeat(201) } });
  await expect(wordy).rejects.toMatchObject({ name: "ZodError" });
  expect(await rowsOf(tenantId)).toEqual([]);
});

test("what happens to an account is in the log of each tenant that its user belongs to, and in no other's", async () => {
  const [one, two, other] = [await world.tenant(), await world.tenant(), await world.tenant()];
  const userId = UserId.parse(randomUUID());
  for (const { tenantId } of [one, two]) {
    await world.db.transaction(tenantId, (tx) => tx.insert(members).values({ userId, name: "Eve", role: "member" }));
  }
  await recordAccountEvent(world.db, { type: "user.signed_in", userId, ip: "192.0.2.1" });
  await recordAccountEvent(world.db, { type: "user.sign_in_failed", userId, ip: "192.0.2.2" });
  await recordAccountEvent(world.db, { type: "user.sign_in_failed", ip: "192.0.2.2" });
  await recordAccountEvent(world.db, { type: "password.reset_requested", userId, ip: "192.0.2.2" });
  await recordAccountEvent(world.db, { type: "factor.asked", userId, ip: "192.0.2.2" });
  for (const { tenantId } of [one, two]) {
    expect(await rowsOf(tenantId)).toMatchObject([
      { action: "user.signed_in", actorKind: "member", targetKind: "member", ip: "192.0.2.1" },
      { action: "user.sign_in_failed", actorKind: "unknown", actorId: null, targetKind: "member", ip: "192.0.2.2" },
      { action: "password.reset_requested", actorKind: "unknown", actorId: null, targetKind: "member" },
      { action: "factor.asked", actorKind: "unknown", actorId: null, targetKind: "member" },
    ]);
  }
  expect(await rowsOf(other.tenantId)).toEqual([]);
});

test("what happens to an account at the same time is told in turn, whatever else is written to the log", async () => {
  const { tenantId } = await world.tenant();
  const userId = UserId.parse(randomUUID());
  await world.db.transaction(tenantId, (tx) => tx.insert(members).values({ userId, name: "Eve", role: "member" }));
  const event = { type: "user.signed_in", userId, ip: "192.0.2.1" } as const;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 3 ? recordAccountEvent(world.db, event) : add(tenantId))),
  );
  await recordAccountEvent(world.db, event);
  const rows = await rowsOf(tenantId);
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  let previous = genesisHash;
  for (const { seq, at, action, actorKind, actorId, targetKind, targetId, ip, details, hash } of rows) {
    const actor = { kind: actorKind, id: actorId } as AuditEntry["actor"];
    const target = { kind: String(targetKind), id: String(targetId) };
    const entry = { seq, at: at.toISOString(), action: action as AuditEntry["action"], actor, target, ip, details };
    expect(hash).toBe(hashEntry(tenantId, entry, previous));
    previous = hash;
  }
  const times = rows.map(({ at }) => at.getTime());
  expect(times).toEqual([...times].sort((one, two) => one - two));
});

test("owners and admins read the log, newest first, page by page and filtered; others may not", async () => {
  const { tenantId, api, member } = await world.tenant();
  for (let number = 0; number < 60; number += 1) {
    await add(tenantId, {
      ...record,
      action: number % 2 === 0 ? "document.added" : "document.removed",
      actor: { kind: "member", id: member.memberId },
    });
  }
  const first = await api.audit.list({});
  expect(first.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
  expect(first.entries[0]).toMatchObject({
    action: "document.removed",
    actor: { kind: "member", id: member.memberId },
    actorName: "Ada",
    target: { kind: "document", id: "1" },
    ip: "192.0.2.1",
    details: { a: "x", b: 1 },
  });
  const second = await api.audit.list({ before: first.nextBefore ?? undefined });
  expect(second.entries.map(({ seq }) => seq)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(second.nextBefore).toBeNull();

  const added = await api.audit.list({ action: "document.added" });
  expect(new Set(added.entries.map(({ action }) => action))).toEqual(new Set(["document.added"]));
  expect((await api.audit.list({ actorId: "nobody" })).entries).toEqual([]);
  expect((await api.audit.list({ actorId: member.memberId, targetId: "1" })).entries).toHaveLength(50);
  const at = first.entries[0]?.at ?? "";
  expect((await api.audit.list({ until: at })).entries.map(({ seq }) => seq)).not.toContain(60);
  expect((await api.audit.list({ from: at })).entries.map(({ seq }) => seq)).toContain(60);

  await expect(world.memberApi(tenantId, member, "admin").audit.list({})).resolves.toBeDefined();
  for (const role of ["member", "viewer"] as const) {
    await expect(world.memberApi(tenantId, member, role).audit.list({})).rejects.toMatchObject({
      message: "auth.forbidden",
    });
  }
});

test("more than one file may hold is refused, and the refusal is no export", async () => {
  const { tenantId, member } = await world.tenant();
  for (let number = 0; number < 3; number += 1) await add(tenantId);
  const by = { memberId: member.memberId, ip: "192.0.2.1" };
  const begin = (most: number) =>
    world.db.transaction(tenantId, (tx) => beginExport(tx, by, { format: "csv", action: record.action }, most));
  await expect(begin(2)).rejects.toMatchObject({ code: "audit.too_much" });
  expect(await rowsOf(tenantId)).toHaveLength(3);
  expect(await begin(3)).toEqual({ entries: 3, before: 4 });
});

test("a file holds the log as it was when it was begun", async () => {
  const { tenantId, member } = await world.tenant();
  await add(tenantId);
  const wanted = { format: "jsonl" } as const;
  const begun = await world.db.transaction(tenantId, (tx) =>
    beginExport(tx, { memberId: member.memberId, ip: "192.0.2.1" }, wanted),
  );
  await add(tenantId);
  const lines = (await Array.fromAsync(writeExport(world.db, tenantId, wanted, begun))).join("").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).seq)).toEqual([1]);
});
