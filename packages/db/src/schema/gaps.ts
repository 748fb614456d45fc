import type { DocumentId, GapDraft, GapId, GapState, MessageId } from "@parley/contracts";
import { jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time, vector } from "./columns.ts";

export const gaps = pgTable("gaps", {
  tenantId: tenantId(),
  id: uuid().$type<GapId>().notNull().defaultRandom(),
  question: text().notNull(),
  embedderId: text().notNull(),
  embedding: vector().notNull(),
  state: text().$type<GapState>().notNull().default("open"),
  draft: jsonb().$type<GapDraft>(),
  documentId: uuid().$type<DocumentId>(),
  publishedAt: time(),
  createdAt: time().notNull().defaultNow(),
});

export const gapQuestions = pgTable("gap_questions", {
  tenantId: tenantId(),
  messageId: uuid().$type<MessageId>().notNull(),
  gapId: uuid().$type<GapId>().notNull(),
  reason: text({ enum: ["unknown", "failed", "handed_off", "voted_down"] }).notNull(),
  question: text().notNull(),
  askedAt: time().notNull(),
});
