import { deriveCheckpointKey } from "@parley/core/audit/checkpoint-key";
import type { CheckpointTip } from "@parley/core/audit/checkpoint-tip";
import { type ReadCheckpoints, readCheckpoints } from "@parley/core/audit/read-checkpoints";
import { verifyLog } from "@parley/core/audit/verify-log";
import { OperatorError } from "../operator-error.ts";
import type { AuditSource } from "./audit-source.ts";

type Say = (line: string) => void;

async function chooseTenants(source: AuditSource, slug: string | undefined) {
  const all = await source.tenants();
  const chosen = slug === undefined ? all : all.filter((tenant) => tenant.slug === slug);
  if (slug !== undefined && chosen.length === 0) throw new OperatorError(`There is no workspace called "${slug}".`);
  return chosen;
}

/** A worker writes them every minute; after so long one is missing. */
const checkpointDueMs = 3_600_000;

function withoutFolder(tip: CheckpointTip | undefined): ReadCheckpoints {
  const faults = tip ? [`there are ${tip.number}, and AUDIT_CHECKPOINT_DIR does not say where`] : [];
  return { heads: [], faults, since: undefined };
}

/**
 * Compares each log with itself and with the checkpoints, and says what is wrong.
 *
 * @param options.checkpointDir undefined when the installation keeps no checkpoints
 * @returns true when all is as it was written
 */
export async function verifyAudit(
  source: AuditSource,
  options: { tenant: string | undefined; secret: string; checkpointDir: string | undefined; say: Say },
): Promise<boolean> {
  const { tenant: slug, secret, checkpointDir, say } = options;
  const key = deriveCheckpointKey(secret);
  const tip = await source.checkpointTip();
  const { heads, faults, since } = checkpointDir ? await readCheckpoints(checkpointDir, key, tip) : withoutFolder(tip);
  for (const fault of faults) say(`  checkpoints: ${fault}`);
  let intact = faults.length === 0;

  const tenants = await chooseTenants(source, slug);
  for (const tenant of tenants) {
    const checkpoints = heads.filter(({ tenantId }) => tenantId === tenant.tenantId);
    const head = await source.head(tenant);
    const ends = head ? [...checkpoints, head] : checkpoints;
    const { entries, firstAt, findings } = await verifyLog(tenant.tenantId, source.entries(tenant), ends);
    const last = checkpoints.reduce((most, { seq }) => Math.max(most, seq), 0);
    const covered =
      last > 0 ? `checkpoints up to entry ${last}, since ${since}` : "no checkpoint: a cut-off end would not be seen";
    if (checkpointDir && last === 0 && firstAt && Date.now() - Date.parse(firstAt) > checkpointDueMs) {
      findings.push({
        kind: "uncovered",
        seq: 1,
        text: `the log begins ${firstAt}, and no checkpoint of it was ever kept in ${checkpointDir}, or it was taken away`,
      });
    }
    say(
      `${findings.length === 0 ? "✓" : "✗"} ${tenant.slug}: ${entries} ${entries === 1 ? "entry" : "entries"}, ${covered}`,
    );
    for (const { text } of findings) say(`    ${text}`);
    if (findings.length > 0) intact = false;
  }
  // A tenant that is gone, log and all, is only known by its checkpoints.
  if (slug === undefined) {
    const known = new Set(tenants.map(({ tenantId }) => tenantId));
    for (const tenantId of new Set(heads.map((head) => head.tenantId))) {
      if (!known.has(tenantId)) say(`  the workspace ${tenantId} has checkpoints, but is not there any more`);
    }
  }
  return intact;
}

/** One JSON object a line, oldest first, as SIEMs read it. */
export async function exportAudit(source: AuditSource, slug: string, say: Say): Promise<void> {
  const [tenant] = await chooseTenants(source, slug);
  if (!tenant) return;
  for await (const entry of source.entries(tenant)) say(JSON.stringify({ tenantId: tenant.tenantId, ...entry }));
}
