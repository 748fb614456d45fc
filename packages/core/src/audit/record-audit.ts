import { type AuditAction, type AuditActorKind, AuditDetails } from "@parley/contracts";
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
  const { action, actor, target = null, ip = null } = record;
  const details = AuditDetails.parse(record.details ?? {});
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
  const { at } = head;
  const seq = head.seq + 1;
  const hash = hashEntry(head.tenantId, { seq, at: at.toISOString(), action, actor, target, ip, details }, head.hash);
  await tx.insert(auditLog).values({
    seq,
    at,
    action,
    actorKind: actor.kind,
    actorId: actor.id,
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    ip,
    details,
    hash,
  });
  await tx.update(auditHeads).set({ seq, hash });
}
