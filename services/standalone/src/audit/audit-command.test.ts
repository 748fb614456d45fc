import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type AuditEntry, TenantId } from "@parley/contracts";
import { deriveCheckpointKey } from "@parley/core/audit/checkpoint-key";
import { firstPrevious, hashLine, writeLine } from "@parley/core/audit/checkpoint-line";
import { genesisHash, hashEntry } from "@parley/core/audit/hash-entry";
import { beforeEach, expect, test } from "vitest";
import { verifyAudit } from "./audit-command.ts";
import type { AuditSource } from "./audit-source.ts";

const tenant = { tenantId: TenantId.parse("00000000-0000-4000-8000-000000000001"), slug: "shop" };
const secret = "a secret of tests alone, 32 characters or more";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-test-"));
  return () => rm(folder, { recursive: true });
});

/** A log of one entry, of which the database knows no checkpoint. */
function logOf(minutesAgo: number): AuditSource {
  const unhashed: Omit<AuditEntry, "hash"> = {
    seq: 1,
    at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    action: "document.added",
    actor: { kind: "operator", id: null },
    target: null,
    ip: null,
    details: {},
  };
  const entry: AuditEntry = { ...unhashed, hash: hashEntry(tenant.tenantId, unhashed, genesisHash) };
  return {
    logs: async () => [tenant],
    checkpointTip: async () => undefined,
    head: async () => ({ seq: 1, hash: entry.hash }),
    async *entries() {
      yield entry;
    },
  };
}

async function verify(source: AuditSource, checkpointDir: string | undefined, slug?: string) {
  const lines: string[] = [];
  const intact = await verifyAudit(source, {
    tenant: slug,
    secret,
    checkpointDir,
    say: (line) => void lines.push(line),
  });
  return { intact, text: lines.join("\n") };
}

test("a new log without a checkpoint is fine; one that is older than an hour is not, whatever the database knows", async () => {
  expect(await verify(logOf(1), folder)).toMatchObject({ intact: true });
  expect(await verify(logOf(59), path.join(folder, "not-there"))).toMatchObject({ intact: true });
  for (const dir of [folder, path.join(folder, "not-there")]) {
    expect(await verify(logOf(61), dir)).toEqual({ intact: false, text: expect.stringContaining("was taken away") });
  }
});

test("where there are no checkpoints and never were, the log alone is verified, and that is said", async () => {
  expect(await verify(logOf(61), undefined)).toEqual({
    intact: true,
    text: expect.stringContaining("no checkpoint: a cut-off end would not be seen"),
  });
});

test("where there were checkpoints and nobody says where, that is a fault", async () => {
  const source = { ...logOf(1), checkpointTip: async () => ({ number: 7, hash: genesisHash }) };
  expect(await verify(source, undefined)).toEqual({
    intact: false,
    text: expect.stringContaining("there are 7, and AUDIT_CHECKPOINT_DIR does not say where"),
  });
});

/** A log of `tenantId` that a checkpoint knows, and no database any more. */
async function checkpointOfGone(tenantId: TenantId) {
  const key = deriveCheckpointKey(secret);
  const head = { tenantId, seq: 3, hash: "a".repeat(64) };
  const line = writeLine(key, { at: new Date().toISOString(), number: 1, previous: firstPrevious, heads: [head] });
  await writeFile(path.join(folder, "one.jsonl"), `${line}\n`);
  return { number: 1, hash: hashLine(line) };
}

test("[audit] a workspace that was deleted, log and all, is found, also when one of its name was put in its place", async () => {
  const goneId = TenantId.parse("00000000-0000-4000-8000-000000000002");
  const tip = await checkpointOfGone(goneId);
  const inItsPlace = logOf(1);
  const source: AuditSource = {
    ...inItsPlace,
    checkpointTip: async () => tip,
    head: async (log) => (log.tenantId === tenant.tenantId ? inItsPlace.head(log) : undefined),
    async *entries(log) {
      if (log.tenantId === tenant.tenantId) yield* inItsPlace.entries(log);
    },
  };
  for (const slug of [undefined, "shop"]) {
    const { intact, text } = await verify(source, folder, slug);
    expect(intact).toBe(false);
    expect(text).toContain("✓ shop: 1 entry");
    expect(text).toContain(`✗ ${goneId}, a workspace that is not there any more: 0 entries`);
    expect(text).toContain("the log ends at entry 0, but it had 3");
  }
});

test("[audit] the log of a workspace that is gone is verified like any other: it outlives the workspace", async () => {
  const source = { ...logOf(1), logs: async () => [{ ...tenant, slug: null }] };
  expect(await verify(source, folder)).toMatchObject({ intact: true, text: expect.stringContaining("1 entry") });
  const cutOff = { ...source, head: async () => ({ seq: 2, hash: genesisHash }) };
  expect(await verify(cutOff, folder)).toMatchObject({ intact: false });
  await expect(verify(source, folder, "shop")).rejects.toThrow('There is no workspace called "shop".');
});
