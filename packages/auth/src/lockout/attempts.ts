import { createHmac } from "node:crypto";
import type { Database, TenantTransaction } from "@parley/db";
import { type Placeholder, type SQL, sql } from "drizzle-orm";
import { seconds } from "../sessions/alive.ts";

/** At a password, wherever it is. */
export const mostGuesses = 5;
/** Tries at most, before the subject is locked. An address has more: many people may share it. */
export const mostTries = {
  account: mostGuesses,
  device: mostGuesses,
  factor: 5,
  confirmation: 5,
  address: 30,
} as const;
/** A lock opens by itself after so long; failures that are so far apart do not add up. */
const windowSeconds = 15 * 60;

/** `locks`: with this try, or one before it, there were as many as are allowed. */
export type Verdict = { allowed: boolean; locks: boolean; retryAfterSeconds: number };

/** The key of the row that says until when a lock was told of. */
export const toldOf = (key: string): string => `told ${key}`;

/** What is tried: a kind, and whose. */
export type Subject = { kind: keyof typeof mostTries; of: string };

const windowEnd = sql`now() + ${seconds(windowSeconds)}`;
/** What a row of `countTry` says of the try that it has counted. */
export type Counted = { tries: number; wait: number };

/**
 * The one statement that counts a try: once there were `most`, until the window that the last of them began is over, none is allowed.
 *
 * @param subject a key, and where to select it from
 */
export const countTry = (subject: SQL, most: number | Placeholder): SQL => sql`
  insert into auth.attempt as a (subject, tries, ends_at) select key, 1, ${windowEnd} from ${subject}
  on conflict (subject) do update set
    tries = case when a.ends_at <= now() then 1 else a.tries + 1 end,
    ends_at = case when a.ends_at <= now() or a.tries < ${most} then excluded.ends_at else a.ends_at end
  returning tries, ceil(extract(epoch from ends_at - now()))::int as wait`;

export const verdictOf = (kind: Subject["kind"], { tries, wait }: Counted): Verdict => ({
  allowed: tries <= mostTries[kind],
  locks: tries >= mostTries[kind],
  retryAfterSeconds: Math.max(1, wait),
});

/**
 * Counts tries at secrets, in the database and by its clock. A try is counted before it is looked at, so that of any number of
 * guesses that come at once no more are looked at than one after the other; who succeeds is taken off the count again.
 */
export class Attempts {
  readonly #db: Database;
  readonly #secret: string;

  constructor({ db, secret }: { db: Database; secret: string }) {
    this.#db = db;
    this.#secret = secret;
  }

  /** Counts a try, and says whether it may be looked at. */
  async take(subject: Subject): Promise<Verdict> {
    const key = sql`(select ${this.keyOf(subject)}::text as key) subject`;
    const [row] = await this.#run<Counted>(countTry(key, mostTries[subject.kind]));
    if (!row) throw new Error("an insert returned no row");
    return verdictOf(subject.kind, row);
  }

  /** It was no guess, after all. */
  async giveBack(subject: Subject): Promise<void> {
    await this.#run(
      sql`update auth.attempt set tries = tries - 1 where subject = ${this.keyOf(subject)} and tries > 0`,
    );
  }

  /** Whoever it was has proved who they are: nothing is held against them. */
  async clear(subject: Subject): Promise<void> {
    await this.clearKey(this.keyOf(subject));
  }

  async clearKey(key: string): Promise<void> {
    await this.#run(sql`delete from auth.attempt where subject in (${key}, ${toldOf(key)})`);
  }

  /** Whether the subject is locked and nobody has been told of it yet. Says so once for each lock, in a transaction that tells of it. */
  async isNewlyLocked(tx: Pick<TenantTransaction, "execute">, subject: Subject): Promise<boolean> {
    const key = this.keyOf(subject);
    const { rows } = await tx.execute(sql`
      insert into auth.attempt as told (subject, tries, ends_at)
      select ${toldOf(key)}, 1, ends_at from auth.attempt
      where subject = ${key} and ends_at > now() and tries >= ${mostTries[subject.kind]}
      on conflict (subject) do update set ends_at = excluded.ends_at where told.ends_at <= now()
      returning 1 as told`);
    return rows.length > 0;
  }

  /** Of which no row tells whose address or account it is. */
  keyOf({ kind, of }: Subject): string {
    return `${kind} ${this.digest(of)}`;
  }

  digest(text: string): string {
    return createHmac("sha256", this.#secret).update(`attempts ${text}`).digest("base64url");
  }

  async #run<T extends Record<string, unknown>>(statement: SQL) {
    return (await this.#db.authDatabase().execute<T>(statement)).rows;
  }
}
