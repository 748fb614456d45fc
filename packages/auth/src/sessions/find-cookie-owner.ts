import type { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { cookiesOf } from "./session-cookie.ts";
import { Sessions } from "./sessions.ts";

/**
 * Whose session a request's cookies hold, for a server that signs nobody in and lets nobody in by it. Asking is no activity.
 *
 * @param options.apiUrl the api's public address, by which the cookie is called
 */
export async function findCookieOwner(
  db: Database,
  { secret, apiUrl }: { secret: string; apiUrl: string },
  cookie: string,
): Promise<UserId | undefined> {
  const sessions = new Sessions({ db, secret, cookies: cookiesOf(apiUrl) });
  const found = await sessions.find(new Headers({ cookie }), { background: true, renew: false });
  return found?.user.id;
}
