import { sql } from "drizzle-orm";

/** What the tenant's files take together. */
export const storedBytes = sql<number>`(
  select coalesce(sum(original_bytes), 0)::float8 from document_versions where original_bytes is not null
)`;

/** Versions of the tenant's documents that wait to be read in. */
export const waitingVersions = sql<number>`(
  select count(*) from document_versions where status in ('queued', 'parsing', 'embedding')
)::integer`;
