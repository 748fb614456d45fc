import { documentVersions } from "@parley/db/schema";
import { type SQL, sql } from "drizzle-orm";

const { status, progressDone, progressTotal } = documentVersions;

/** As a column: how much of a version is parsed, in pages, or embedded, in chunks; null while nobody knows, and of any other. */
export const readingProgress: SQL<{ done: number; of: number } | null> = sql`case
    when ${status} in ('parsing', 'embedding') and ${progressTotal} is not null
    then json_build_object('done', ${progressDone}, 'of', ${progressTotal})
  end`;

/** What is being read in, or waits to be. */
export const isBeingRead: SQL = sql`${status} in ('queued', 'parsing', 'embedding')`;
