import type {
  AnswerOutcome,
  CitedQuote,
  ExpectedAnswer,
  KnowledgeTestId,
  KnowledgeTestRunId,
  MemberId,
  MessageId,
  TestedChange,
  TestVerdict,
} from "@parley/contracts";
import { bigint, boolean, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

export const knowledgeTests = pgTable("knowledge_tests", {
  tenantId: tenantId(),
  id: uuid().$type<KnowledgeTestId>().notNull(),
  question: text().notNull(),
  history: jsonb().$type<{ author: "contact" | "assistant" | "member"; text: string }[]>().notNull().default([]),
  messageId: uuid().$type<MessageId>(),
  expected: jsonb().$type<ExpectedAnswer>(),
  words: text().array().notNull().default([]),
  createdBy: uuid().$type<MemberId>(),
  createdAt: time().notNull().defaultNow(),
});

export const knowledgeTestRuns = pgTable("knowledge_test_runs", {
  tenantId: tenantId(),
  id: uuid().$type<KnowledgeTestRunId>().notNull().defaultRandom(),
  status: text({ enum: ["queued", "running", "finished", "cancelled", "failed"] })
    .notNull()
    .default("queued"),
  cause: text({ enum: ["asked", "changed"] }).notNull(),
  /** Asked as if what is held were in use. */
  isHeld: boolean().notNull().default(false),
  changes: jsonb().$type<TestedChange[]>().notNull().default([]),
  fingerprint: text(),
  askedBy: uuid().$type<MemberId>(),
  total: integer().notNull().default(0),
  failure: text(),
  createdAt: time().notNull().defaultNow(),
  startedAt: time(),
  finishedAt: time(),
});

export const knowledgeTestResults = pgTable("knowledge_test_results", {
  tenantId: tenantId(),
  runId: uuid().$type<KnowledgeTestRunId>().notNull(),
  testId: uuid().$type<KnowledgeTestId>().notNull(),
  verdict: text().$type<TestVerdict>().notNull(),
  changed: boolean().notNull(),
  outcome: text().$type<AnswerOutcome>().notNull(),
  answer: text().notNull(),
  citations: jsonb().$type<CitedQuote[]>().notNull(),
  missing: jsonb().$type<{ citations: number[]; words: string[] }>().notNull(),
  answerer: text().notNull(),
  model: text(),
  costMicros: bigint({ mode: "number" }),
  durationMs: integer().notNull(),
  createdAt: time().notNull().defaultNow(),
});
