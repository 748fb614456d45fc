import { deriveCheckpointKey } from "@parley/core/audit/checkpoint-key";
import { readCheckpoints } from "@parley/core/audit/read-checkpoints";
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
  const { heads, faults } = checkpointDir ? await readCheckpoints(checkpointDir, key) : { heads: [], faults: [] };
  for (const fault of faults) say(`  checkpoint ${fault}`);
  let intact = faults.length === 0;

  const tenants = await chooseTenants(source, slug);
  for (const tenant of tenants) {
    const checkpoints = heads.filter(({ tenantId }) => tenantId === tenant.tenantId);
    const head = await source.head(tenant);
    const ends = head ? [...checkpoints, head] : checkpoints;
    const { entries, findings } = await verifyLog(tenant.tenantId, source.entries(tenant), ends);
    const last = Math.max(0, ...checkpoints.map(({ seq }) => seq));
    const covered = last > 0 ? `checkpoints up to entry ${last}` : "no checkpoint: a cut-off end would not be seen";
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
