import type {
  AnswerOutcome,
  BudgetStep,
  ChunkId,
  ContactId,
  ConversationId,
  ConversationStatus,
  DocumentVersionId,
  InboxId,
  MemberId,
  MessageId,
  Notice,
  RouteNote,
  RunId,
  Vote,
} from "@parley/contracts";
import { bigint, integer, jsonb, pgTable, real, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

export const inboxes = pgTable("inboxes", {
  tenantId: tenantId(),
  id: uuid().$type<InboxId>().notNull().defaultRandom(),
  name: text().notNull(),
  assistantName: text().notNull(),
  greeting: text().notNull(),
  publishableKey: text().notNull(),
  allowedOrigins: text().array().notNull().default([]),
  createdAt: time().notNull().defaultNow(),
});

export const contacts = pgTable("contacts", {
  tenantId: tenantId(),
  id: uuid().$type<ContactId>().notNull().defaultRandom(),
  inboxId: uuid().$type<InboxId>().notNull(),
  name: text(),
  createdAt: time().notNull().defaultNow(),
});

export const conversations = pgTable("conversations", {
  tenantId: tenantId(),
  id: uuid().$type<ConversationId>().notNull(),
  inboxId: uuid().$type<InboxId>().notNull(),
  contactId: uuid().$type<ContactId>().notNull(),
  status: text().$type<ConversationStatus>().notNull().default("pending"),
  assigneeId: uuid().$type<MemberId>(),
  ownershipEpoch: integer().notNull().default(1),
  lastSeq: integer().notNull().default(0),
  createdAt: time().notNull().defaultNow(),
  lastMessageAt: time().notNull().defaultNow(),
});

export const messages = pgTable("messages", {
  tenantId: tenantId(),
  id: uuid().$type<MessageId>().notNull(),
  conversationId: uuid().$type<ConversationId>().notNull(),
  seq: integer().notNull(),
  author: text({ enum: ["contact", "member", "assistant", "system"] }).notNull(),
  memberId: uuid().$type<MemberId>(),
  runId: uuid().$type<RunId>(),
  text: text().notNull(),
  notice: text().$type<Notice>(),
  outcome: text().$type<AnswerOutcome>(),
  createdAt: time().notNull().defaultNow(),
});

export const messageVotes = pgTable("message_votes", {
  tenantId: tenantId(),
  messageId: uuid().$type<MessageId>().notNull(),
  vote: text().$type<Vote>().notNull(),
  votedAt: time().notNull().defaultNow(),
});

export const runs = pgTable("runs", {
  tenantId: tenantId(),
  id: uuid().$type<RunId>().notNull().defaultRandom(),
  conversationId: uuid().$type<ConversationId>().notNull(),
  questionId: uuid().$type<MessageId>().notNull(),
  ownershipEpoch: integer().notNull(),
  status: text({ enum: ["queued", "running", "answered", "unknown", "partial", "failed", "discarded"] })
    .notNull()
    .default("queued"),
  attempts: integer().notNull().default(0),
  leaseUntil: time(),
  leaseToken: uuid(),
  answerer: text(),
  model: text(),
  inputTokens: integer(),
  cachedTokens: integer(),
  outputTokens: integer(),
  costMicros: bigint({ mode: "number" }),
  budgetStep: text().$type<BudgetStep>(),
  reason: text(),
  route: jsonb().$type<RouteNote>(),
  createdAt: time().notNull().defaultNow(),
  startedAt: time(),
  firstWordsAt: time(),
  finishedAt: time(),
});

export const runAttempts = pgTable("run_attempts", {
  tenantId: tenantId(),
  id: uuid().notNull(),
  runId: uuid().$type<RunId>().notNull(),
  number: integer().notNull(),
  level: integer().notNull(),
  answerer: text({ enum: ["built-in", "language-model"] }).notNull(),
  provider: text(),
  model: text(),
  outcome: text({
    enum: ["answered", "partial", "declined", "uncited", "unsupported", "failed", "called_off"],
  }).notNull(),
  reason: text(),
});

export const runPassages = pgTable("run_passages", {
  tenantId: tenantId(),
  runId: uuid().$type<RunId>().notNull(),
  number: integer().notNull(),
  documentVersionId: uuid().$type<DocumentVersionId>().notNull(),
  chunkId: uuid().$type<ChunkId>().notNull(),
  startOffset: integer().notNull(),
  endOffset: integer().notNull(),
  score: real().notNull(),
  lexical: real().notNull(),
  cosine: real().notNull(),
});

export const citations = pgTable("citations", {
  tenantId: tenantId(),
  messageId: uuid().$type<MessageId>().notNull(),
  number: integer().notNull(),
  documentVersionId: uuid().$type<DocumentVersionId>().notNull(),
  chunkId: uuid().$type<ChunkId>().notNull(),
  headingPath: text().array().notNull(),
  startOffset: integer().notNull(),
  endOffset: integer().notNull(),
  quoteSha256: text().notNull(),
});
