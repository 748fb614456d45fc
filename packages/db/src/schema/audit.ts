import type { AuditAction, AuditActorKind, AuditDetails } from "@parley/contracts";
import { bigint, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

export const auditLog = pgTable("audit_log", {
  tenantId: tenantId(),
  seq: bigint({ mode: "number" }).notNull(),
  at: time().notNull(),
  action: text().$type<AuditAction>().notNull(),
  actorKind: text().$type<AuditActorKind>().notNull(),
  actorId: text(),
  targetKind: text(),
  targetId: text(),
  ip: text(),
  details: jsonb().$type<AuditDetails>().notNull(),
  hash: text().notNull(),
});

export const auditHeads = pgTable("audit_heads", {
  tenantId: tenantId(),
  seq: bigint({ mode: "number" }).notNull(),
  hash: text().notNull(),
});
