import { randomBytes } from "node:crypto";
import { backgroundHeader, sessionLimits, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import { isAlive, isFresh, seconds } from "./alive.ts";
import { type Cookies, readSigned, sessionCookie } from "./session-cookie.ts";

/** Activity is noted at most this often, so a session may end so much early. */
const noteEverySeconds = 60;
/** Requests that were under way when the token changed are let through for so long. */
const formerTokenSeconds = 30;

/** What is known of whoever sent the request. */
export type Session = {
  /** The same for as long as it lives, whatever token its cookie has; no secret. */
  id: string;
  /** Whether the person has proved in the last 10 minutes who they are: a sensitive change asks for it. */
  fresh: boolean;
  /** Whether a second factor was used. */
  secondFactor: boolean;
};

export type FoundSession = {
  user: { id: UserId; name: string; email: string };
  session: Session;
  /** What its cookie holds from now on. */
  token: string;
  /** `Set-Cookie`, when the token is another than the request's. */
  headers: Headers;
};

type Row = {
  id: string;
  token: string;
  userId: string;
  name: string;
  email: string;
  renew: boolean;
  quiet: boolean;
  fresh: boolean;
  secondFactor: boolean;
};

/** Whether the page sent the request by itself: then nobody need be there, and the session gets no older for it. */
const isBackground = (headers: Headers): boolean => headers.get(backgroundHeader) === "1";

/** The sessions as the database has them, asked anew at every request. */
export class Sessions {
  readonly #db: Database;
  readonly #secret: string;
  readonly #cookies: Cookies;

  constructor(options: { db: Database; secret: string; cookies: Cookies }) {
    this.#db = options.db;
    this.#secret = options.secret;
    this.#cookies = options.cookies;
  }

  /**
   * Whose session the request's cookie is, if it is alive. Unless the request is one of the page's own, it counts as activity.
   *
   * @throws what the database throws
   */
  async find(headers: Headers, { background = isBackground(headers) } = {}): Promise<FoundSession | undefined> {
    const sent = readSigned(headers, this.#cookies.session, this.#secret);
    if (!sent) return undefined;
    const row = await this.#read(sent);
    if (!row) return undefined;
    if (!background && row.quiet && !(await this.#noteActivity(row.id))) return undefined;
    const token = row.renew ? await this.#renew(row) : row.token;
    const { id, fresh, secondFactor, name, email } = row;
    const answer = new Headers();
    if (token !== sent) {
      answer.append("set-cookie", sessionCookie(this.#cookies, token, this.#secret, sessionLimits.longestSeconds));
    }
    return {
      user: { id: UserId.parse(row.userId), name, email },
      session: { id, fresh, secondFactor },
      token,
      headers: answer,
    };
  }

  /** Gives all sessions of the user new tokens at their next requests: what they may do has changed. */
  async renewAll(userId: UserId): Promise<void> {
    await this.#db.authDatabase().execute(sql`update auth.session set renew = true where user_id = ${userId}`);
  }

  async #read(token: string): Promise<Row | undefined> {
    const { rows } = await this.#db.read("auth", (read) =>
      read.execute<Row>(sql`
        select s.id, s.token, s.user_id as "userId", u.name, u.email, s.renew, s.second_factor as "secondFactor",
          ${isFresh} as fresh, s.active_at < now() - ${seconds(noteEverySeconds)} as quiet
        from auth.session s join auth."user" u on u.id = s.user_id
        where (s.token = ${token} or (s.former_token = ${token} and s.former_until > now())) and ${isAlive}`),
    );
    return rows[0];
  }

  /** @returns false when the session has ended meanwhile */
  async #noteActivity(id: string): Promise<boolean> {
    const { rows } = await this.#db
      .authDatabase()
      .execute(sql`update auth.session s set active_at = now() where s.id = ${id} and ${isAlive} returning s.id`);
    return rows.length > 0;
  }

  /** @returns the new token, or the one that another request has chosen meanwhile */
  async #renew({ id, token }: Row): Promise<string> {
    const { rows } = await this.#db.authDatabase().execute<{ token: string }>(sql`
      with renewed as (
        update auth.session set former_token = token, former_until = now() + ${seconds(formerTokenSeconds)},
          token = ${randomBytes(24).toString("base64url")}, renew = false
        where id = ${id} and renew returning token)
      select token from renewed union all select token from auth.session where id = ${id}`);
    return rows[0]?.token ?? token;
  }
}

/** Which of the sessions are alive: for whoever serves a session longer than a request. Asking is no activity. */
export async function findLiveSessions(db: Database, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await db.read("auth", (read) =>
    read.execute<{ id: string }>(sql`
      select s.id from auth.session s where s.id = any (${sql.param([...ids])}::text[]) and ${isAlive}`),
  );
  return new Set(rows.map(({ id }) => id));
}
