import type { AuditExport, AuditFilter, MemberId, TenantId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { auditHeads, auditLog } from "@parley/db/schema";
import { count } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { listAuditEntries, matching, type NamedEntry } from "./list-entries.ts";
import { recordAudit } from "./record-audit.ts";

/** Entries that one file holds; beyond it somebody chooses a shorter time. */
const mostEntries = 100_000;
/** Entries that are read at once, so that a large file needs neither much memory nor a long transaction. */
const readAtOnce = 500;

/** How much is taken away: entries before `before`, as the log was at that moment. */
export type BegunExport = { entries: number; before: number };

/**
 * Notes in the log that a part of it is taken away as a file.
 *
 * @throws AppError `audit.too_much` when that is more than a file may hold
 */
export async function beginExport(
  tx: TenantTransaction,
  by: { memberId: MemberId; ip: string },
  { format, ...filter }: AuditExport,
  most = mostEntries,
): Promise<BegunExport> {
  const some = tx
    .select({ seq: auditLog.seq })
    .from(auditLog)
    .where(matching(filter))
    .limit(most + 1);
  const [found] = await tx.select({ entries: count() }).from(some.as("some"));
  const entries = found?.entries ?? 0;
  if (entries > most) throw new AppError("audit.too_much");
  await recordAudit(tx, {
    action: "audit.exported",
    actor: { kind: "member", id: by.memberId },
    ip: by.ip,
    details: { format, entries, ...(filter.action && { action: filter.action }) },
  });
  const [head] = await tx.select({ seq: auditHeads.seq }).from(auditHeads);
  return { entries, before: head?.seq ?? 1 };
}

const writers = { csv: { head: csvHead, line: csvLine }, jsonl: { head: () => "", line: jsonLine } };

/** The file, bit by bit, newest entry first. */
export async function* writeExport(
  db: Database,
  tenantId: TenantId,
  { format, ...filter }: AuditExport,
  { before }: Pick<BegunExport, "before">,
): AsyncGenerator<string> {
  const { head, line } = writers[format];
  yield head();
  yield* linesOf(db, tenantId, filter, before, line);
}

async function* linesOf(
  db: Database,
  tenantId: TenantId,
  filter: AuditFilter,
  before: number,
  line: (entry: NamedEntry) => string,
): AsyncGenerator<string> {
  for (let next: number | null = before; next !== null; ) {
    const page = await listAuditEntries(db, tenantId, { ...filter, before: next }, readAtOnce);
    if (page.entries.length > 0) yield page.entries.map(line).join("");
    next = page.nextBefore;
  }
}

function jsonLine(entry: NamedEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

const columns: Record<string, (entry: NamedEntry) => string | number | null> = {
  entry: ({ seq }) => seq,
  time: ({ at }) => at,
  action: ({ action }) => action,
  actor_kind: ({ actor }) => actor.kind,
  actor_id: ({ actor }) => actor.id,
  actor_name: ({ actorName }) => actorName,
  target_kind: ({ target }) => target?.kind ?? null,
  target_id: ({ target }) => target?.id ?? null,
  address: ({ ip }) => ip,
  details: ({ details }) => JSON.stringify(details),
  hash: ({ hash }) => hash,
};

/** The mark at the start tells spreadsheets that it is UTF-8. */
function csvHead(): string {
  return `\uFEFF${Object.keys(columns).join(",")}\r\n`;
}

function csvLine(entry: NamedEntry): string {
  return `${Object.values(columns)
    .map((column) => csvField(column(entry)))
    .join(",")}\r\n`;
}

/** What spreadsheets take for a formula; the wide ones are typed in East Asian writing. */
const beginsFormula = /^\s*[=+\-@|%\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A field after RFC 4180. What a spreadsheet would run as a formula, since somebody called themselves so, is text after an apostrophe. */
export function csvField(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = beginsFormula.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
