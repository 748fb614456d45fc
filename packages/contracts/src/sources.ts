import * as z from "zod";
import { words } from "./words.ts";

/** `upload`: files that members give · `written`: questions with their answers · `site` · `api`: programs' · `folder`: the operator's. */
export const SourceKind = z.enum(["upload", "written", "site", "api", "folder"]);
export type SourceKind = z.infer<typeof SourceKind>;

/** The kinds that members make; a folder comes from the command line. */
export const NewSourceKind = SourceKind.exclude(["folder"]);

export const SourceName = words(200).trim().min(1);

/** In UTF-8: an index of the database takes no more than some 2,700 of a row. */
export const documentPathBytes = 1_000;

/** A document's place in its source. */
export const DocumentPath = words(documentPathBytes)
  .min(1)
  .refine(
    (path) => new TextEncoder().encode(path).length <= documentPathBytes,
    `must have ${documentPathBytes} bytes at most`,
  );

/** Of a question with its answer, in UTF-16 code units. */
export const entryLimits = { question: 500, answer: 20_000 } as const;

const Patterns = z.array(words(200).min(1)).max(50).default([]);

const CrawlSchedule = z.enum(["off", "hourly", "daily", "weekly"]);
export type CrawlSchedule = z.infer<typeof CrawlSchedule>;

/** What of a web site is read, and how often. */
export const SiteSettings = z.strictObject({
  /** Where reading begins. */
  address: z.url({ protocol: /^https?$/ }).max(1_000),
  /** Paths to read, from their beginning: `*` is any text, `$` the end. None: all below the address's folder. */
  include: Patterns,
  exclude: Patterns,
  /** How many links it is from the address to a page, at most; 0 is this page alone. */
  depth: z.int().min(0).max(100).default(5),
  /** Pages that are asked for, at most. */
  pages: z.int().min(1).max(10_000).default(1_000),
  schedule: CrawlSchedule.default("off"),
});
export type SiteSettings = z.infer<typeof SiteSettings>;

/** How far a version of a document has come. */
export const DocumentState = z.enum(["queued", "parsing", "embedding", "held", "ready", "failed"]);
export type DocumentState = z.infer<typeof DocumentState>;
