import { sql } from "drizzle-orm";

/** What the tenant's files take together. */
export const storedBytes = sql<number>`(
  select coalesce(sum(original_bytes), 0)::float8 from document_versions where original_bytes is not null
)`;
