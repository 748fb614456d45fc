import { type Database, prepare, type Row } from "@parley/db";
import { sql } from "drizzle-orm";
import { type AuditRecord, type Head, nextEntry, recordAudit } from "./record-audit.ts";

type Value = "seq" | "at" | "action" | "actorKind" | "actorId" | "targetId" | "targetKind" | "ip" | "details" | "hash";
const given = (value: Value | "formerSeq" | "formerHash") => sql.placeholder(value);

const statement = prepare<Row, Value | "formerSeq" | "formerHash">(
  "write",
  sql`with head as (
    update audit_heads set seq = ${given("seq")}, hash = ${given("hash")}
    where seq = ${given("formerSeq")} and hash = ${given("formerHash")} returning 1)
  insert into audit_log (seq, at, action, actor_kind, actor_id, target_kind, target_id, ip, details, hash)
  select ${given("seq")}::bigint, ${given("at")}::timestamptz, ${given("action")}, ${given("actorKind")}, ${given("actorId")},
    ${given("targetKind")}, ${given("targetId")}, ${given("ip")}, ${given("details")}::jsonb, ${given("hash")}
  from head returning seq`,
);

/**
 * Adds an entry by itself, in one round trip: if the log still ends where the caller has seen it end. Whoever comes second waits for its
 * turn, as `recordAudit` does.
 *
 * @param head undefined where the caller has seen no end
 */
export async function recordAlone(
  db: Database,
  { tenantId, head }: { tenantId: Head["tenantId"]; head: Omit<Head, "tenantId"> | undefined },
  record: AuditRecord,
): Promise<void> {
  if (head) {
    const entry = nextEntry({ ...head, tenantId }, record);
    const values = { ...entry, details: JSON.stringify(entry.details), formerSeq: head.seq, formerHash: head.hash };
    if ((await db.run(tenantId, statement, values)).length > 0) return;
  }
  await db.transaction(tenantId, (tx) => recordAudit(tx, record));
}
