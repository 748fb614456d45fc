import type { AuditEntry, AuditFilter, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { auditHeads, auditLog, members } from "@parley/db/schema";
import { and, asc, desc, eq, getTableColumns, gt, gte, lt, type SQL, sql } from "drizzle-orm";

const pageSize = 50;
const exportPageSize = 1_000;

type Row = typeof auditLog.$inferSelect;
const toEntry = ({
  seq,
  at,
  action,
  actorKind,
  actorId,
  targetKind,
  targetId,
  ip,
  details,
  hash,
}: Row): AuditEntry => ({
  seq,
  at: at.toISOString(),
  action,
  actor: { kind: actorKind, id: actorId },
  target: targetKind !== null && targetId !== null ? { kind: targetKind, id: targetId } : null,
  ip,
  details,
  hash,
});

/** Which rows of the log the filter lets through. */
export function matching({ action, actorId, targetId, from, until }: AuditFilter): SQL | undefined {
  return and(
    action && eq(auditLog.action, action),
    actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
    targetId === undefined ? undefined : eq(auditLog.targetId, targetId),
    from === undefined ? undefined : gte(auditLog.at, new Date(from)),
    until === undefined ? undefined : lt(auditLog.at, new Date(until)),
  );
}

/** With the name of the member who did it, while they are there. */
export type NamedEntry = AuditEntry & { actorName: string | null };

/**
 * One page of the tenant's log, newest first.
 *
 * @param filter.before entries before this one alone: `nextBefore` of the page before
 * @param size entries on a page
 */
export async function listAuditEntries(
  db: Database,
  tenantId: TenantId,
  { before, ...filter }: AuditFilter & { before?: number | undefined },
  size = pageSize,
): Promise<{ entries: NamedEntry[]; nextBefore: number | null }> {
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ ...getTableColumns(auditLog), actorName: members.name })
      .from(auditLog)
      .leftJoin(
        members,
        and(
          eq(members.tenantId, auditLog.tenantId),
          eq(sql`${members.id}::text`, auditLog.actorId),
          eq(auditLog.actorKind, "member"),
        ),
      )
      .where(and(before === undefined ? undefined : lt(auditLog.seq, before), matching(filter)))
      .orderBy(desc(auditLog.seq))
      .limit(size + 1),
  );
  const page = rows.slice(0, size);
  return {
    entries: page.map(({ actorName, ...row }) => ({ ...toEntry(row), actorName })),
    nextBefore: rows.length > size ? (page.at(-1)?.seq ?? null) : null,
  };
}

/** A part of the log, as it is exported and verified. */
export type AuditPage = { entries: AuditEntry[]; complete: boolean };

/** Up to 1,000 entries after `after`, oldest first. */
export async function exportAuditEntries(db: Database, tenantId: TenantId, after: number): Promise<AuditPage> {
  const rows = await db.read(tenantId, (read) =>
    read
      .select()
      .from(auditLog)
      .where(gt(auditLog.seq, after))
      .orderBy(asc(auditLog.seq))
      .limit(exportPageSize + 1),
  );
  return { entries: rows.slice(0, exportPageSize).map(toEntry), complete: rows.length <= exportPageSize };
}

/** Where the tenant's log ends, by its own head; undefined while nothing was recorded. */
export async function findAuditHead(
  db: Database,
  tenantId: TenantId,
): Promise<{ seq: number; hash: string } | undefined> {
  const [head] = await db.read(tenantId, (read) =>
    read.select({ seq: auditHeads.seq, hash: auditHeads.hash }).from(auditHeads),
  );
  return head;
}
