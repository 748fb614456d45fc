import { createHmac, randomBytes } from "node:crypto";
import { backgroundHeader, UserId } from "@parley/contracts";
import { asRole, type Database, prepare, type TenantTransaction } from "@parley/db";
import type { Cache } from "@parley/platform/redis-cache";
import { sql } from "drizzle-orm";
import * as z from "zod";
import { isAlive, isFresh, seconds } from "./alive.ts";
import { type Cookies, readSigned, sessionCookie, withSession } from "./session-cookie.ts";

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
  /** By which the database has it now. */
  token: string;
  /** Whether the request came with a token that was replaced a moment ago: whoever has that one never learns the new one by it. */
  former: boolean;
  /** `Set-Cookie`, when the token was replaced just now. */
  headers: Headers;
};

/**
 * With a cache, what the database said of a session holds for so long: a session that was ended elsewhere is over as much later, and no
 * message about it has to arrive.
 */
const keptMs = 3_000;

const Row = z.object({
  id: z.string(),
  token: z.string(),
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  renew: z.boolean(),
  quiet: z.boolean(),
  fresh: z.boolean(),
  secondFactor: z.boolean(),
});
type Row = z.infer<typeof Row>;
/** What each request asks, so it is prepared. */
const byToken = prepare<Row, "token">(
  "read",
  sql`select s.id, s.token, s.user_id as "userId", u.name, u.email, s.renew, s.second_factor as "secondFactor",
    ${isFresh} as fresh, s.active_at < now() - ${seconds(noteEverySeconds)} as quiet
  from auth.session s join auth."user" u on u.id = s.user_id
  where (s.token = ${sql.placeholder("token")} or (s.former_token = ${sql.placeholder("token")} and s.former_until > now()))
    and ${isAlive}`,
);
/** As the cache has it. */
const Kept = Row.omit({ token: true }).extend({ keptAt: z.number() });
type Kept = z.infer<typeof Kept>;

/** Whether the page sent the request by itself: then nobody need be there, and the session gets no older for it. */
const isBackground = (headers: Headers): boolean => headers.get(backgroundHeader) === "1";

/** The sessions as the database has them, asked at every request, or by way of a cache every few seconds. */
export class Sessions {
  readonly #db: Database;
  readonly #secret: string;
  readonly #cookies: Cookies;
  readonly #cache: Cache | undefined;

  constructor(options: { db: Database; secret: string; cookies: Cookies; cache?: Cache | undefined }) {
    this.#db = options.db;
    this.#secret = options.secret;
    this.#cookies = options.cookies;
    this.#cache = options.cache;
  }

  /**
   * Whose session the request's cookie is, if it is alive. Unless the request is one of the page's own, it counts as activity.
   *
   * @param options.renew false for whoever can't send the cookie with a new token: the next request gets it
   * @throws what the database throws
   */
  async find(
    headers: Headers,
    { background = isBackground(headers), renew = true } = {},
  ): Promise<FoundSession | undefined> {
    const sent = readSigned(headers.get("cookie") ?? "", this.#cookies.session, this.#secret);
    if (!sent) return undefined;
    const kept = await this.#kept(sent);
    const row = kept ?? (await this.#read(sent));
    if (!row) return undefined;
    const isNoted = !background && row.quiet;
    if (isNoted && !(await this.#noteActivity(row.id))) {
      await this.forget(headers.get("cookie") ?? "");
      return undefined;
    }
    if (this.#cache && row.token === sent && !row.renew && (isNoted || !kept)) {
      await this.#keep(row, row.quiet && !isNoted);
    }
    const isNewest = row.token === sent;
    const renewed = isNewest && row.renew && renew ? await this.#replaceToken(row) : undefined;
    const former = !isNewest || (row.renew && !renewed);
    const token = renewed ?? (isNewest && former ? await this.#tokenOf(row.id) : row.token);
    if (!token) return undefined;
    const answer = new Headers();
    if (renewed) answer.append("set-cookie", sessionCookie(this.#cookies, renewed, this.#secret));
    const { id, fresh, secondFactor, name, email } = row;
    return {
      user: { id: UserId.parse(row.userId), name, email },
      session: { id, fresh: fresh && !former, secondFactor },
      token,
      former,
      headers: answer,
    };
  }

  /** The same headers with the token that the session had before its present one; undefined when it has had no other, or is over. */
  async withFormerToken(headers: Headers): Promise<Headers | undefined> {
    const sent = readSigned(headers.get("cookie") ?? "", this.#cookies.session, this.#secret);
    if (!sent) return undefined;
    const { rows } = await this.#db.read("auth", (read) =>
      read.execute<{ former: string | null }>(sql`
        select s.former_token as former from auth.session s where s.token = ${sent} and ${isAlive}`),
    );
    const former = rows[0]?.former;
    return former ? withSession(headers, this.#cookies, former, this.#secret) : undefined;
  }

  /** Something has become of the request's session that the next request has to know of. */
  async forget(cookies: string): Promise<void> {
    const sent = this.#cache && readSigned(cookies, this.#cookies.session, this.#secret);
    if (sent) await this.#cache?.forget(this.#keyOf(sent));
  }

  async #keep({ token, ...row }: Row, quiet: boolean): Promise<void> {
    const kept: Kept = { ...row, quiet, keptAt: Date.now() };
    const text = JSON.stringify(kept);
    await this.#cache?.set(this.#keyOf(token), `${this.#digest(`row ${token} ${text}`)}.${text}`, keptMs);
  }

  /** Whoever can write to the cache signs nobody in by it: a row counts with our signature, for its own token, and not much longer than kept. */
  async #kept(token: string): Promise<Row | undefined> {
    const kept = await this.#cache?.get(this.#keyOf(token));
    if (kept === undefined) return undefined;
    const end = kept.indexOf(".");
    const text = kept.slice(end + 1);
    if (kept.slice(0, end) !== this.#digest(`row ${token} ${text}`)) return undefined;
    try {
      const { keptAt, ...row } = Kept.parse(JSON.parse(text));
      return Math.abs(Date.now() - keptAt) > 3 * keptMs ? undefined : { ...row, token };
    } catch {
      return undefined; // of another release
    }
  }

  /** The cache holds no token by which anybody could sign in. */
  #keyOf(token: string): string {
    return this.#digest(`session ${token}`);
  }

  #digest(text: string): string {
    return createHmac("sha256", this.#secret).update(text).digest("base64url");
  }

  async #read(token: string): Promise<Row | undefined> {
    const [row] = await this.#db.run("auth", byToken, { token });
    return row;
  }

  /** @returns false when the session has ended meanwhile */
  async #noteActivity(id: string): Promise<boolean> {
    const { rows } = await this.#db
      .authDatabase()
      .execute(sql`update auth.session s set active_at = now() where s.id = ${id} and ${isAlive} returning s.id`);
    return rows.length > 0;
  }

  /**
   * The person has just proved who they are: the session is fresh, and its token another one, at once. Whoever has a copy of the former
   * one is left behind with it.
   *
   * @returns the token that the answer's cookie gets; undefined when the session is over
   */
  async prove({ session: { id }, token, former }: FoundSession): Promise<string | undefined> {
    await this.#db.authDatabase().execute(sql`update auth.session set proven_at = now() where id = ${id}`);
    // Of two at once the second takes what the first has chosen.
    return (former ? undefined : await this.#replaceToken({ id, token })) ?? (await this.#tokenOf(id));
  }

  /**
   * Another token from the transaction's end on: who asks with the former one then, sees what else it has done.
   *
   * @returns the token that the answer's cookie gets; undefined when the session is over
   */
  async renewIn(tx: TenantTransaction, { session: { id }, token }: FoundSession): Promise<string | undefined> {
    const renewed = await this.#replaceToken({ id, token }, tx);
    return renewed ?? (await this.#tokenOf(id, tx));
  }

  /** @returns the new token; undefined when another request has replaced it meanwhile */
  async #replaceToken(
    { id, token }: Pick<Row, "id" | "token">,
    where: Pick<TenantTransaction, "execute"> = this.#db.authDatabase(),
  ): Promise<string | undefined> {
    const { rows } = await where.execute<{ token: string }>(sql`
      update auth.session set former_token = token, former_until = now() + ${seconds(formerTokenSeconds)},
        token = ${randomBytes(24).toString("base64url")}, renew = false
      where id = ${id} and token = ${token} returning token`);
    return rows[0]?.token;
  }

  async #tokenOf(
    id: string,
    where: Pick<TenantTransaction, "execute"> = this.#db.authDatabase(),
  ): Promise<string | undefined> {
    const { rows } = await where.execute<{ token: string }>(sql`select token from auth.session where id = ${id}`);
    return rows[0]?.token;
  }
}

/**
 * What the user may do changes in this transaction: with it, each of their sessions gets a new token, at its next request. Nobody is
 * signed out by it, on whatever device.
 */
export async function renewSessions(tx: TenantTransaction, userId: UserId): Promise<void> {
  await asRole("auth", tx, (inner) =>
    inner.execute(sql`update auth.session set renew = true where user_id = ${userId}`),
  );
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
