import { type AuditAction, type AuditActorKind, AuditDetails, type TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { auditHeads, auditLog } from "@parley/db/schema";
import { sql } from "drizzle-orm";
import { genesisHash, hashEntry } from "./hash-entry.ts";

export type AuditRecord = {
  action: AuditAction;
  actor: { kind: AuditActorKind; id: string | null };
  target?: { kind: string; id: string };
  /** Where the request came from. */
  ip?: string | null;
  details?: AuditDetails;
};

/**
 * Adds an entry to the tenant's audit log, in the transaction of what it tells of: both or neither. It locks the end of the log until
 * the transaction ends, so it is the last thing that a transaction does. Time is the database's.
 *
 * @throws ZodError when the details are more than ids, codes and counts
 */
export async function recordAudit(tx: TenantTransaction, record: AuditRecord): Promise<void> {
  const [head] = await tx
    .insert(auditHeads)
    .values({ seq: 0, hash: genesisHash })
    .onConflictDoUpdate({ target: auditHeads.tenantId, set: { seq: sql`${auditHeads.seq}` } })
    .returning({
      tenantId: auditHeads.tenantId,
      seq: auditHeads.seq,
      hash: auditHeads.hash,
      at: sql<Date>`date_trunc('milliseconds', clock_timestamp())`.mapWith(auditLog.at),
    });
  if (!head) throw new Error("an insert returned no row");
  const entry = nextEntry(head, record);
  await tx.insert(auditLog).values({ ...entry, at: head.at });
  await tx.update(auditHeads).set({ seq: entry.seq, hash: entry.hash });
}

/** The end of a tenant's log, and the time when that was looked at. */
export type Head = { tenantId: TenantId; seq: number; hash: string; at: Date };

/** The row that comes after it. @throws ZodError when the details are more than ids, codes and counts */
export function nextEntry(head: Head, { action, actor, target, ip = null, ...record }: AuditRecord) {
  const details = AuditDetails.parse(record.details ?? {});
  const seq = head.seq + 1;
  const at = head.at.toISOString();
  const entry = { seq, at, action, actor, target: target ?? null, ip, details };
  return {
    seq,
    at,
    action,
    actorKind: actor.kind,
    actorId: actor.id,
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    ip,
    details,
    hash: hashEntry(head.tenantId, entry, head.hash),
  };
}
