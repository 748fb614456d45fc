import type { BetterAuthOptions, DBAdapter, Where } from "better-auth";
import { currentSession } from "./current-session.ts";

type MakeAdapter = (options: BetterAuthOptions) => DBAdapter<BetterAuthOptions>;

/**
 * Better Auth looks for the request's session by the token that we have found it by. Another request may replace that at any moment, and
 * Better Auth would take the session for ended and have the browser forget it, and the new token with it. So it is looked for by what
 * stays: its id.
 */
export function withSessionById(make: MakeAdapter): MakeAdapter {
  return (options) => {
    const adapter = make(options);
    return {
      ...adapter,
      findOne: (query) => adapter.findOne(byId(query)),
      findMany: (query) => adapter.findMany(byId(query)),
      delete: (query) => adapter.delete(byId(query)),
      deleteMany: (query) => adapter.deleteMany(byId(query)),
    };
  };
}

function byId<Query extends { model: string; where?: Where[] | undefined }>(query: Query): Query {
  const found = currentSession();
  if (!found || query.model !== "session") return query;
  const where = query.where?.map(
    (one): Where =>
      one.field === "token" && one.value === found.token ? { ...one, field: "id", value: found.session.id } : one,
  );
  return { ...query, where };
}
