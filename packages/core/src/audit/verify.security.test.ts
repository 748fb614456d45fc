import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TenantId } from "@parley/contracts";
import { type Database, openDatabase } from "@parley/db";
import { createTestDatabase, type TestDatabase, withClient } from "@parley/db/testing";
import { createLogger } from "@parley/platform/log";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createWorld, type World } from "../testing/world.ts";
import { deriveCheckpointKey } from "./checkpoint-key.ts";
import { hashLine } from "./checkpoint-line.ts";
import { findCheckpointTip } from "./checkpoint-tip.ts";
import { genesisHash, hashEntry } from "./hash-entry.ts";
import { exportAuditEntries, findAuditHead } from "./list-entries.ts";
import { listLogs } from "./list-logs.ts";
import { readCheckpoints } from "./read-checkpoints.ts";
import { recordAudit } from "./record-audit.ts";
import { verifyLog } from "./verify-log.ts";
import { writeCheckpoints } from "./write-checkpoints.ts";

// Whoever has the database whole, as its superuser, changes the log: what `parley audit verify` makes of it.

vi.mock("node:fs/promises", { spy: true });

const secret = "a secret of tests alone, 32 characters or more";
const logger = createLogger({ level: "silent", format: "json" });
let database: TestDatabase;
let db: Database;
let world: World;
let folder: string;
let tenantId: TenantId;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ connection: database.connection, max: 2 });
  world = await createWorld(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

/** A log of five entries and a checkpoint at its end, then one more entry. */
beforeEach(async () => {
  await tamper("truncate app.audit_checkpoint");
  folder = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  tenantId = (await world.tenant()).tenantId;
  for (let entry = 1; entry <= 5; entry += 1) await add(entry);
  await checkpoint();
  await add(6);
  return () => rm(folder, { recursive: true });
});

const add = (number: number) =>
  db.transaction(tenantId, (tx) =>
    recordAudit(tx, {
      action: "document.added",
      actor: { kind: "operator", id: null },
      target: { kind: "document", id: String(number) },
      ip: "192.0.2.1",
      details: { number, some: true },
    }),
  );

const checkpoint = (signedWith = secret) => writeCheckpoints({ db, secret: signedWith, folder, logger }).write();

async function* entries() {
  yield* (await exportAuditEntries(db, tenantId, 0)).entries;
}

const read = async () => readCheckpoints(folder, deriveCheckpointKey(secret), await findCheckpointTip(db));

async function verify() {
  const { heads, faults } = await read();
  const head = await findAuditHead(db, tenantId);
  const ends = heads.filter((end) => end.tenantId === tenantId);
  const { findings } = await verifyLog(tenantId, entries(), head ? [...ends, head] : ends);
  return { findings: findings.map(({ kind, seq }) => `${kind} ${seq}`), faults };
}

const tamper = (statement: string) =>
  withClient(database.adminConnection, (admin) => admin.query(statement.replaceAll("$tenant", `'${tenantId}'`)));

/** What a thorough attacker does after a change: makes the chain right again, head included. */
async function rechain(): Promise<void> {
  let previous = genesisHash;
  const all = (await exportAuditEntries(db, tenantId, 0)).entries;
  for (const entry of all) {
    previous = hashEntry(tenantId, entry, previous);
    await tamper(`update audit_log set hash = '${previous}' where tenant_id = $tenant and seq = ${entry.seq}`);
  }
  await tamper(`update audit_heads set seq = ${all.length}, hash = '${previous}' where tenant_id = $tenant`);
}

test("an untouched log has no findings", async () => {
  expect(await verify()).toEqual({ findings: [], faults: [] });
});

test.each([
  ["the action", "action = 'document.removed'"],
  ["who it was", "actor_kind = 'system'"],
  ["whom it concerned", "target_id = '7'"],
  ["where it came from", "ip = '192.0.2.2'"],
  ["the time", "at = at - interval '1 day'"],
  ["a detail", `details = '{"number": 3, "some": false}'`],
  ["the hash", `hash = repeat('1', 64)`],
])("[audit] an edit of %s is found", async (_what, change) => {
  await tamper(`update audit_log set ${change} where tenant_id = $tenant and seq = 3`);
  expect((await verify()).findings[0]).toBe("changed 3");
});

test("[audit] an edit whose chain was made right again is found by the checkpoint", async () => {
  await tamper("update audit_log set ip = null where tenant_id = $tenant and seq = 3");
  await rechain();
  expect(await verify()).toEqual({ findings: ["rewritten 5"], faults: [] });
});

test("[audit] a deletion is found", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant and seq = 3");
  expect((await verify()).findings).toEqual(["missing 3"]);
});

test("[audit] a deletion that the others were moved up over, in a chain made right again, is found by the checkpoint", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant and seq = 3");
  for (const seq of [4, 5, 6]) {
    await tamper(`update audit_log set seq = ${seq - 1} where tenant_id = $tenant and seq = ${seq}`);
  }
  await rechain();
  expect((await verify()).findings).toEqual(["rewritten 5"]);
});

test("[audit] a deletion of the first entries is found", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant and seq <= 2");
  expect((await verify()).findings).toEqual(["missing 1"]);
});

test("[audit] a reordering is found", async () => {
  await tamper("update audit_log set seq = 100 where tenant_id = $tenant and seq = 2");
  await tamper("update audit_log set seq = 2 where tenant_id = $tenant and seq = 3");
  await tamper("update audit_log set seq = 3 where tenant_id = $tenant and seq = 100");
  expect((await verify()).findings).toEqual(["changed 2", "changed 3", "changed 4"]);
});

test("[audit] a tail that was cut off is found by the head, and by the checkpoint when the head was set back too", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant and seq >= 4");
  expect((await verify()).findings).toEqual(["cut_off 4"]);
  await rechain();
  expect((await findAuditHead(db, tenantId))?.seq).toBe(3);
  expect((await verify()).findings).toEqual(["cut_off 4"]);
});

test("[audit] a tail that was cut off and has grown again is found by the checkpoint", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant and seq >= 4");
  await rechain();
  for (const number of [7, 8, 9]) await add(number);
  expect((await verify()).findings).toEqual(["rewritten 5"]);
});

test("[audit] a whole log that was deleted is found by the checkpoint", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant");
  await tamper("delete from audit_heads where tenant_id = $tenant");
  expect((await verify()).findings).toEqual(["cut_off 1"]);
});

test("[audit] another tenant's entry in place of one's own is found", async () => {
  const other = await world.tenant();
  await db.transaction(other.tenantId, (tx) =>
    recordAudit(tx, { action: "document.added", actor: { kind: "operator", id: null } }),
  );
  await tamper("delete from audit_log where tenant_id = $tenant and seq = 1");
  await tamper(`update audit_log set tenant_id = $tenant where tenant_id = '${other.tenantId}' and seq = 1`);
  expect((await verify()).findings[0]).toBe("changed 1");
});

test("[audit] a checkpoint that was changed, forged, or taken out of its file is found", async () => {
  const checkpoints = writeCheckpoints({ db, secret, folder, logger });
  for (const number of [7, 8, 9]) {
    await checkpoints.write();
    await add(number);
  }
  expect((await verify()).faults).toEqual([]);
  const newest = (await readdir(folder)).sort().at(-1) ?? "";
  const file = path.join(folder, newest);
  const text = await readFile(file, "utf8");
  const [one = "", , three = ""] = text.split("\n");
  await writeFile(file, `${one}\n${three}\n`);
  expect((await verify()).faults).toEqual(["checkpoint 3 is missing"]);
  await writeFile(file, text.replace(/"seq":6/, '"seq":5'));
  expect((await verify()).faults[0]).toContain(":1 was not signed");
  await rm(file);
  expect((await verify()).faults).toEqual(["checkpoints 2 to 4 are missing"]);
  await checkpoint("another secret, of whoever would forge a checkpoint");
  expect((await verify()).faults[0]).toContain(":1 was not signed");
});

test("[audit] a tail that was cut off together with the folder of checkpoints is found: the database knows how many there were", async () => {
  await tamper("delete from audit_log where tenant_id = $tenant and seq >= 4");
  await rechain();
  await rm(folder, { recursive: true });
  expect((await verify()).faults).toEqual(["checkpoint 1 is missing"]);
  // A worker that goes on does not cover it up.
  await checkpoint();
  expect((await verify()).faults).toEqual(["checkpoint 1 is missing"]);
});

test("[audit] a whole file that was deleted is found, also when a later one goes on", async () => {
  const [first = ""] = await readdir(folder);
  await checkpoint();
  await rm(path.join(folder, first));
  expect((await verify()).faults).toEqual(["checkpoint 1 is missing"]);
});

test("[audit] a database that was set back, and one in which the count was set back, are found by the files", async () => {
  for (const number of [7, 8]) {
    await add(number);
    await checkpoint();
  }
  const [line = ""] = (await readFile(path.join(folder, (await readdir(folder)).sort()[0] ?? ""), "utf8")).split("\n");
  await tamper("truncate app.audit_checkpoint");
  expect((await verify()).faults).toEqual(["the database knows of 0 checkpoints, and there are 3: it was set back"]);
  await tamper(`insert into app.audit_checkpoint (number, hash) values (1, '${hashLine(line)}')`);
  expect((await verify()).faults).toEqual(["the database knows of 1 checkpoints, and there are 3: it was set back"]);
});

test("[audit] the services can't count checkpoints backwards, skip one or begin anew", async () => {
  const change = (statement: string) => db.executeSql("system")(statement, [hashLine("")]);
  for (const statement of [
    "update app.audit_checkpoint set number = number - 1, hash = $1",
    "update app.audit_checkpoint set number = number + 2, hash = $1",
    "update app.audit_checkpoint set hash = $1",
    "delete from app.audit_checkpoint where hash <> $1",
    "insert into app.audit_checkpoint (number, hash) values (1, $1)",
  ]) {
    await expect(change(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^(23514|42501|23505)$/) });
  }
  expect(await verify()).toEqual({ findings: [], faults: [] });
});

test("two processes that write at once make no fault, and leave no end out", async () => {
  await Promise.all([checkpoint(), checkpoint()]);
  await add(7);
  await Promise.all([checkpoint(), checkpoint()]);
  expect(await verify()).toEqual({ findings: [], faults: [] });
  expect((await read()).heads).toContainEqual(expect.objectContaining({ tenantId, seq: 7 }));
});

test("a checkpoint that was written and not yet counted when its process died is no fault", async () => {
  const before = await findCheckpointTip(db);
  await checkpoint();
  await tamper("truncate app.audit_checkpoint");
  await tamper(`insert into app.audit_checkpoint (number, hash) values (1, '${before?.hash}')`);
  expect(await verify()).toEqual({ findings: [], faults: [] });
});

test("a checkpoint line that a crash left half written is no fault", async () => {
  const [name = ""] = await readdir(folder);
  const file = path.join(folder, name);
  await writeFile(file, `${await readFile(file, "utf8")}{"at":"2026-`);
  expect(await verify()).toEqual({ findings: [], faults: [] });
});

test("a checkpoint line that a full disk left half written spoils none after it", async () => {
  const checkpoints = writeCheckpoints({ db, secret, folder, logger });
  await checkpoints.write();
  await add(7);
  const { open: openForReal } = await vi.importActual<{ open: typeof open }>("node:fs/promises");
  vi.mocked(open).mockImplementationOnce(async (...file) => {
    const handle = await openForReal(...file);
    vi.spyOn(handle, "appendFile").mockImplementationOnce(async (text) => {
      await handle.write(String(text).slice(0, 40));
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    });
    return handle;
  });
  await expect(checkpoints.write()).rejects.toThrow("no space left");
  await checkpoints.write();
  expect(await verify()).toEqual({ findings: [], faults: [] });
  expect((await read()).heads).toContainEqual(expect.objectContaining({ tenantId, seq: 7 }));
});

/** A line as the first releases wrote them. */
function formerLine(heads: { seq: number; hash: string }[]): string {
  const content = { at: "2026-01-02T03:04:05.678Z", previous: "0".repeat(64) };
  const listed = heads.map(({ seq, hash }) => [tenantId, seq, hash]);
  const signed = JSON.stringify(["parley/audit-checkpoint/1", content.at, content.previous, listed]);
  const signature = deriveCheckpointKey(secret).sign(signed);
  return JSON.stringify({ ...content, heads: heads.map((head) => ({ tenantId, ...head })), signature });
}

test("[audit] checkpoints of earlier releases are no fault, and still find a log that was rewritten", async () => {
  const [, , third] = (await exportAuditEntries(db, tenantId, 0)).entries;
  const file = path.join(folder, "2026-01-02T03-04-05.678Z-00000000.jsonl");
  const line = formerLine([{ seq: 3, hash: third?.hash ?? "" }]);
  await writeFile(file, `${line}\n`);
  expect(await verify()).toEqual({ findings: [], faults: [] });
  expect((await read()).since).toBe("2026-01-02T03:04:05.678Z");
  await tamper("update audit_log set ip = null where tenant_id = $tenant and seq = 2");
  await rechain();
  expect((await verify()).findings).toEqual(["rewritten 3", "rewritten 5"]);

  for (const [was, is] of [
    ['"seq":3', '"seq":2'],
    ['"previous"', '"number":1,"previous"'],
  ] as const) {
    await writeFile(file, `${line.replace(was, is)}\n`);
    expect((await verify()).faults[0]).toContain(":1 was not signed");
  }
});

test("a checkpoint is written for what has moved on, and for nothing else", async () => {
  const checkpoints = writeCheckpoints({ db, secret, folder, logger });
  await checkpoints.write();
  await checkpoints.write();
  await add(7);
  const { heads: before } = await read();
  await checkpoints.stop();
  const { heads: after } = await read();
  expect(after.length - before.length).toBe(1);
  expect(after.filter((head) => head.tenantId === tenantId).map(({ seq }) => seq)).toEqual([5, 6, 7]);
});

test("a tenant without entries is fine", async () => {
  ({ tenantId } = await world.tenant());
  expect((await verify()).findings).toEqual([]);
});

test("[audit] the log of a tenant that is gone is still listed, until nothing of it is left", async () => {
  const listed = async () => (await listLogs(db)).find((log) => log.tenantId === tenantId);
  expect(await listed()).toMatchObject({ slug: expect.stringMatching(/^t-/) });
  await tamper("delete from tenants where tenant_id = $tenant");
  expect(await listed()).toEqual({ tenantId, slug: null });
  expect(await verify()).toEqual({ findings: [], faults: [] });
  await tamper("delete from audit_log where tenant_id = $tenant");
  expect(await listed()).toEqual({ tenantId, slug: null });
  expect((await verify()).findings).toEqual(["cut_off 1"]);
  await tamper("delete from audit_heads where tenant_id = $tenant");
  expect(await listed()).toBeUndefined();
});
