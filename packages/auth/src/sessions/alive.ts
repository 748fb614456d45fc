import { sessionLimits } from "@parley/contracts";
import { type SQL, sql } from "drizzle-orm";

/** A length of time for SQL. */
export const seconds = (count: number): SQL => sql`make_interval(secs => ${count})`;

/**
 * The one rule for how long a session `s` lives, by the database's clock: 8 hours at most, and 30 minutes after the last activity. A
 * process whose clock is wrong neither ends sessions nor brings any back.
 */
export const isAlive: SQL = sql`(s.created_at > now() - ${seconds(sessionLimits.longestSeconds)}
  and s.active_at > now() - ${seconds(sessionLimits.idleSeconds)})`;

/** Whether the person of session `s` has proved lately who they are. */
export const isFresh: SQL = sql`(s.proven_at > now() - ${seconds(sessionLimits.freshSeconds)})`;
