import { type SQL, sql } from "drizzle-orm";

/**
 * When a version was last seen to be what its source says, at first by being added; ISO 8601, in UTC.
 *
 * @param version the table of versions, as the statement calls it
 */
export const verifiedAtOf = (version: SQL): SQL<string> =>
  sql`to_char(coalesce(${version}.verified_at, ${version}.created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
