import type {
  ChangeCheckMode,
  ChunkId,
  CrawlProblem,
  CrawlReason,
  DocumentId,
  DocumentVersionId,
  ErrorCode,
  MemberId,
  SiteSettings,
  SourceId,
} from "@parley/contracts";
import { bigint, boolean, integer, jsonb, pgTable, smallint, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time, vector } from "./columns.ts";

export const sources = pgTable("sources", {
  tenantId: tenantId(),
  id: uuid().$type<SourceId>().notNull().defaultRandom(),
  name: text().notNull(),
  kind: text({ enum: ["upload", "written", "site", "api", "folder"] })
    .notNull()
    .default("folder"),
  settings: jsonb().$type<SiteSettings>(),
  createdAt: time().notNull().defaultNow(),
  removedAt: time(),
  nextCrawlAt: time(),
});

export const crawls = pgTable("crawls", {
  tenantId: tenantId(),
  id: uuid().notNull().defaultRandom(),
  sourceId: uuid().$type<SourceId>().notNull(),
  status: text({ enum: ["queued", "running", "done", "partial", "failed", "cancelled"] })
    .notNull()
    .default("queued"),
  /** Not read any more: releases before `why` write it, and a later one drops it. */
  reason: text(),
  why: jsonb().$type<CrawlReason>(),
  attempt: integer().notNull().default(0),
  movedTo: text(),
  seen: integer().notNull().default(0),
  changed: integer().notNull().default(0),
  unchanged: integer().notNull().default(0),
  failed: integer().notNull().default(0),
  gone: integer().notNull().default(0),
  skipped: integer().notNull().default(0),
  asked: integer().notNull().default(0),
  failures: integer().notNull().default(0),
  isListed: boolean().notNull().default(false),
  problems: jsonb().$type<CrawlProblem[]>().notNull().default([]),
  createdAt: time().notNull().defaultNow(),
  startedAt: time(),
  finishedAt: time(),
});

export const crawlPages = pgTable("crawl_pages", {
  tenantId: tenantId(),
  crawlId: uuid().notNull(),
  address: text().notNull(),
  ordinal: bigint({ mode: "number" }).generatedAlwaysAsIdentity(),
  depth: integer().notNull(),
  isDone: boolean().notNull(),
});

type FetchedPage = {
  depth: number;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** At the last crawl that was answered its site kept it back, as from everybody who asks. */
  isKept?: true | undefined;
};

export const documents = pgTable("documents", {
  tenantId: tenantId(),
  id: uuid().$type<DocumentId>().notNull().defaultRandom(),
  sourceId: uuid().$type<SourceId>().notNull(),
  path: text().notNull(),
  title: text().notNull(),
  currentVersionId: uuid().$type<DocumentVersionId>(),
  createdAt: time().notNull().defaultNow(),
  removedAt: time(),
  /** Of a page of a site. */
  fetched: jsonb().$type<FetchedPage>(),
});

export const documentVersions = pgTable("document_versions", {
  tenantId: tenantId(),
  id: uuid().$type<DocumentVersionId>().notNull().defaultRandom(),
  documentId: uuid().$type<DocumentId>().notNull(),
  version: integer().notNull(),
  title: text().notNull(),
  mediaType: text({ enum: ["text/markdown", "text/plain"] }).notNull(),
  originalType: text({
    enum: [
      "text/html",
      "text/csv",
      "application/pdf",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
  }),
  pageStarts: integer().array(),
  /** Null until it is read from the original. */
  content: text(),
  /** By its ISO 639-1 code; `und` where nobody can tell, null of one that was not read, or before this was noted. */
  language: text(),
  contentSha256: text(),
  /** Of the file that was uploaded. */
  originalBytes: integer(),
  originalSha256: text(),
  status: text({ enum: ["queued", "parsing", "embedding", "held", "ready", "failed"] })
    .notNull()
    .default("queued"),
  failure: text(),
  failureCode: text().$type<ErrorCode>(),
  /** Of one that is queued: what it was put off for. */
  waitsFor: text().$type<ErrorCode>(),
  attempt: integer().notNull().default(0),
  /** Of one that is parsed, pages of its file; of one that is embedded, chunks. Null where nobody knows. */
  progressDone: integer(),
  progressTotal: integer(),
  chunkState: text({ enum: ["none", "hidden", "live"] })
    .notNull()
    .default("none"),
  createdAt: time().notNull().defaultNow(),
  readyAt: time(),
  verifiedAt: time(),
});

/** Whether changes wait until they are checked; without a row they are in use at once. */
export const changeChecks = pgTable("change_checks", {
  tenantId: tenantId(),
  mode: text().$type<ChangeCheckMode>().notNull(),
});

/** A document, or a source with all that it holds, that is to go: exactly one of the two. */
export const heldRemovals = pgTable("held_removals", {
  tenantId: tenantId(),
  id: uuid().notNull().defaultRandom(),
  documentId: uuid().$type<DocumentId>(),
  sourceId: uuid().$type<SourceId>(),
  askedBy: uuid().$type<MemberId>(),
  askedAt: time().notNull().defaultNow(),
});

export const chunks = pgTable("chunks", {
  tenantId: tenantId(),
  id: uuid().$type<ChunkId>().notNull(),
  documentVersionId: uuid().$type<DocumentVersionId>().notNull(),
  ordinal: integer().notNull(),
  startOffset: integer().notNull(),
  endOffset: integer().notNull(),
  headingPath: text().array().notNull().default([]),
  text: text().notNull(),
  length: integer().notNull(),
});

export const embeddings = pgTable("embeddings", {
  tenantId: tenantId(),
  chunkId: uuid().$type<ChunkId>().notNull(),
  embedderId: text().notNull(),
  embedding: vector().notNull(),
});

export const postings = pgTable("postings", {
  tenantId: tenantId(),
  term: text().notNull(),
  chunkId: uuid().$type<ChunkId>().notNull(),
  frequency: smallint().notNull(),
  length: integer().notNull(),
});

export const corpus = pgTable("corpus", {
  tenantId: tenantId(),
  chunks: integer().notNull(),
  totalLength: bigint({ mode: "number" }).notNull(),
  countedChunks: integer().notNull().default(0),
});

/** Which embedders' vectors a tenant has under an index, in `nearest`, or is about to; without `readyAt` it is being filled. */
export const vectorIndexes = pgTable("vector_indexes", {
  tenantId: tenantId(),
  embedderId: text().notNull(),
  dimensions: integer().notNull(),
  createdAt: time().notNull().defaultNow(),
  readyAt: time(),
});

/** In how many chunks a word stands that is in many, of a tenant with a vector index. */
export const commonTerms = pgTable("common_terms", {
  tenantId: tenantId(),
  term: text().notNull(),
  chunks: integer().notNull(),
});

/** What makes a tenant's vectors, and what is to make them next; without a row it is the built-in embedder. */
export const tenantEmbedders = pgTable("tenant_embedders", {
  tenantId: tenantId(),
  state: text({ enum: ["current", "next"] }).notNull(),
  id: uuid().notNull().defaultRandom(),
  kind: text({ enum: ["built-in", "installation", "openai", "openai-compatible"] }).notNull(),
  embedderId: text().notNull(),
  baseUrl: text(),
  model: text(),
  dimensions: integer(),
  sealedKey: text(),
  keyHint: text(),
  done: integer().notNull().default(0),
  total: integer().notNull().default(0),
  failure: text().$type<ErrorCode>(),
  givenUp: boolean().notNull().default(false),
  createdAt: time().notNull().defaultNow(),
});
