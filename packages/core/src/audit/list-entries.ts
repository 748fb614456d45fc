import type { AuditAction, AuditEntry, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { auditHeads, auditLog, members } from "@parley/db/schema";
import { and, asc, desc, eq, getTableColumns, gt, gte, lt, sql } from "drizzle-orm";

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

export type AuditFilter = {
  /** Entries before this one: `nextBefore` of the page before. */
  before?: number | undefined;
  action?: AuditAction | undefined;
  actorId?: string | undefined;
  targetId?: string | undefined;
  /** From when and until when, in ISO 8601; `until` is left out itself. */
  from?: string | undefined;
  until?: string | undefined;
};

/** One page of the tenant's log, newest first, with the names of members who are still there. */
export async function listAuditEntries(
  db: Database,
  tenantId: TenantId,
  { before, action, actorId, targetId, from, until }: AuditFilter,
): Promise<{ entries: (AuditEntry & { actorName: string | null })[]; nextBefore: number | null }> {
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
      .where(
        and(
          before === undefined ? undefined : lt(auditLog.seq, before),
          action && eq(auditLog.action, action),
          actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
          targetId === undefined ? undefined : eq(auditLog.targetId, targetId),
          from === undefined ? undefined : gte(auditLog.at, new Date(from)),
          until === undefined ? undefined : lt(auditLog.at, new Date(until)),
        ),
      )
      .orderBy(desc(auditLog.seq))
      .limit(pageSize + 1),
  );
  const page = rows.slice(0, pageSize);
  return {
    entries: page.map(({ actorName, ...row }) => ({ ...toEntry(row), actorName })),
    nextBefore: rows.length > pageSize ? (page.at(-1)?.seq ?? null) : null,
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
