import type { TenantId } from "@parley/contracts";
import { deriveCheckpointKey } from "@parley/core/audit/checkpoint-key";
import type { CheckpointTip } from "@parley/core/audit/checkpoint-tip";
import type { AuditLog } from "@parley/core/audit/list-logs";
import { type ReadCheckpoints, readCheckpoints } from "@parley/core/audit/read-checkpoints";
import { verifyLog } from "@parley/core/audit/verify-log";
import { OperatorError } from "../operator-error.ts";
import type { AuditSource } from "./audit-source.ts";

type Say = (line: string) => void;

const noWorkspace = (slug: string) => new OperatorError(`There is no workspace called "${slug}".`);

/**
 * The logs to be verified. Those that only checkpoints know of were taken out of the database, tenant and all; since nobody knows any more
 * what those tenants were called, and one of another id may have got the name, they belong to every answer.
 */
async function chooseLogs(source: AuditSource, slug: string | undefined, inCheckpoints: readonly TenantId[]) {
  const known = await source.logs();
  const chosen = slug === undefined ? known : known.filter((log) => log.slug === slug);
  if (slug !== undefined && chosen.length === 0) throw noWorkspace(slug);
  const gone = new Set(inCheckpoints).difference(new Set(known.map(({ tenantId }) => tenantId)));
  return [...chosen, ...[...gone].map((tenantId): AuditLog => ({ tenantId, slug: null }))];
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

  const inCheckpoints = heads.map(({ tenantId }) => tenantId);
  for (const log of await chooseLogs(source, slug, inCheckpoints)) {
    const checkpoints = heads.filter(({ tenantId }) => tenantId === log.tenantId);
    const head = await source.head(log);
    const ends = head ? [...checkpoints, head] : checkpoints;
    const { entries, firstAt, findings } = await verifyLog(log.tenantId, source.entries(log), ends);
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
    const name = log.slug ?? `${log.tenantId}, a workspace that is not there any more`;
    say(`${findings.length === 0 ? "✓" : "✗"} ${name}: ${entries} ${entries === 1 ? "entry" : "entries"}, ${covered}`);
    for (const { text } of findings) say(`    ${text}`);
    if (findings.length > 0) intact = false;
  }
  return intact;
}

/** One JSON object a line, oldest first, as SIEMs read it. */
export async function exportAudit(source: AuditSource, slug: string, say: Say): Promise<void> {
  const log = (await source.logs()).find((one) => one.slug === slug);
  if (!log) throw noWorkspace(slug);
  for await (const entry of source.entries(log)) say(JSON.stringify({ tenantId: log.tenantId, ...entry }));
}
