import { assistantTones, type HttpToolId, type MemberId, type RunId } from "@parley/contracts";
import { boolean, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

export const assistantSettings = pgTable("assistant_settings", {
  tenantId: tenantId(),
  version: integer().notNull(),
  name: text().notNull(),
  tone: text({ enum: assistantTones }).notNull(),
  toneWords: text().notNull(),
  guidance: text().notNull(),
  unknownText: text().notNull(),
  linkHosts: text().array().notNull(),
  mayHandOff: boolean().notNull().default(false),
  restored: integer(),
  changedBy: uuid().$type<MemberId>(),
  changedAt: time().notNull().defaultNow(),
});

/** What the assistant is to be called and told once it is published. */
export const heldSettings = pgTable("held_settings", {
  tenantId: tenantId(),
  revision: integer().notNull(),
  name: text().notNull(),
  tone: text({ enum: assistantTones }).notNull(),
  toneWords: text().notNull(),
  guidance: text().notNull(),
  unknownText: text().notNull(),
  linkHosts: text().array().notNull(),
  mayHandOff: boolean().notNull(),
  restored: integer(),
  changedBy: uuid().$type<MemberId>(),
  changedAt: time().notNull().defaultNow(),
});

export const httpTools = pgTable("http_tools", {
  tenantId: tenantId(),
  id: uuid().$type<HttpToolId>().notNull(),
  name: text().notNull(),
  description: text().notNull(),
  method: text({ enum: ["GET", "POST"] }).notNull(),
  url: text().notNull(),
  parameters: text().notNull(),
  headerNames: text().array().notNull(),
  sealedHeaders: text(),
  sendsContact: boolean().notNull(),
  enabled: boolean().notNull(),
  createdAt: time().notNull().defaultNow(),
});

export const runToolCalls = pgTable("run_tool_calls", {
  tenantId: tenantId(),
  runId: uuid().$type<RunId>().notNull(),
  number: integer().notNull(),
  name: text().notNull(),
  given: text().notNull(),
  outcome: text({ enum: ["ok", "refused_arguments", "failed", "too_many"] }).notNull(),
  reason: text(),
  durationMs: integer().notNull(),
});
