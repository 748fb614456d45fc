import { sessionLimits, type TimeLeft } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { currentSession } from "./current-session.ts";

/** For how much longer a session lives, by the same clock that ends it: a page can't trust its own. */
export const timeLeft = ({ db }: { db: Database }) =>
  ({
    id: "parley-time-left",
    endpoints: {
      timeLeft: createAuthEndpoint(
        "/time-left",
        { method: "GET", use: [sessionMiddleware] },
        async (): Promise<TimeLeft> => {
          const { rows } = await db.read("auth", (read) =>
            read.execute<TimeLeft>(sql`
              select greatest(0, floor(extract(epoch from active_at - now()) + ${sessionLimits.idleSeconds}))::int as "idleSeconds",
                greatest(0, floor(extract(epoch from created_at - now()) + ${sessionLimits.longestSeconds}))::int as "longestSeconds"
              from auth.session where id = ${currentSession()?.session.id ?? ""}`),
          );
          const [left] = rows;
          if (!left) throw accountError("UNAUTHORIZED");
          return left;
        },
      ),
    },
  }) satisfies BetterAuthPlugin;
