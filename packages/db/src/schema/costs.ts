import type { ConversationId, RunId } from "@parley/contracts";
import { bigint, date, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

const purposes = ["answer", "embedding", "knowledge_test", "draft", "playground"] as const;

export const spending = pgTable("spending", {
  tenantId: tenantId(),
  id: uuid().notNull(),
  at: time().notNull().defaultNow(),
  purpose: text({ enum: purposes }).notNull(),
  runId: uuid().$type<RunId>(),
  conversationId: uuid().$type<ConversationId>(),
  attempt: integer(),
  provider: text(),
  model: text(),
  tier: integer(),
  inputTokens: integer(),
  cachedTokens: integer(),
  outputTokens: integer(),
  countedBy: text({ enum: ["provider", "tokenizer"] }).notNull(),
  costMicros: bigint({ mode: "number" }),
  largeCostMicros: bigint({ mode: "number" }),
});

export const spendingMonths = pgTable("spending_months", {
  tenantId: tenantId(),
  month: date().notNull(),
  costMicros: bigint({ mode: "number" }).notNull().default(0),
});

export const spendingReserved = pgTable("spending_reserved", {
  tenantId: tenantId(),
  id: uuid().notNull(),
  at: time().notNull().defaultNow(),
  purpose: text({ enum: purposes }).notNull(),
  runId: uuid().$type<RunId>(),
  conversationId: uuid().$type<ConversationId>(),
  provider: text().notNull(),
  model: text().notNull(),
  tier: integer(),
  inputTokens: integer().notNull(),
  inputCostMicros: bigint({ mode: "number" }),
  largeInputCostMicros: bigint({ mode: "number" }),
});

export const budgets = pgTable("budgets", {
  tenantId: tenantId(),
  monthlyMicros: bigint({ mode: "number" }).notNull(),
  cheaperAt: integer(),
  builtInAt: integer(),
  personAt: integer(),
});

export const budgetAlerts = pgTable("budget_alerts", {
  tenantId: tenantId(),
  month: date().notNull(),
  percent: integer().notNull(),
  at: time().notNull().defaultNow(),
  mailedAt: time(),
});

export const budgetReservations = pgTable("budget_reservations", {
  tenantId: tenantId(),
  id: uuid().notNull(),
  at: time().notNull().defaultNow(),
  runId: uuid().$type<RunId>(),
  micros: bigint({ mode: "number" }).notNull(),
});
