import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { type TrustedDevice, UserId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";
import { type SQL, sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import type { Origin } from "../account-events.ts";
import type { Attempts } from "../lockout/attempts.ts";
import { seconds } from "../sessions/alive.ts";
import { describeDevice } from "../sessions/describe-device.ts";
import { insertSession } from "../sessions/insert-session.ts";
import { lockPerson, lockPersonOf } from "../sessions/lock-person.ts";
import type { FoundSession } from "../sessions/sessions.ts";
import { newBackupCodes, plainCode } from "./backup-codes.ts";
import { newTotpSecret, stepOf } from "./totp.ts";

export const challengeCookie = { name: "challenge", maxAgeSeconds: 10 * 60 } as const;
export const trustCookie = { name: "trusted_device", maxAgeSeconds: 30 * 24 * 3600 } as const;

type Also<T = void> = (tx: TenantTransaction) => Promise<T>;

/** How a try with a code ended. */
export type CodeVerdict =
  /** `secret`: whose code it was, as it is stored; undefined for a backup code. */
  | { outcome: "right"; secret: string | undefined }
  | { outcome: "wrong"; locks: boolean }
  | { outcome: "locked"; locks: true; retryAfterSeconds: number };

/**
 * Second factors, as the database has them: a TOTP secret and backup codes, who is half signed in, and the browsers that are trusted.
 * Every code, challenge and trust is taken by one statement, so that of two who come at once one gets it; times are the database's.
 */
export class Factors {
  readonly #db: Database;
  readonly #secret: string;
  readonly #attempts: Attempts;

  constructor(options: { db: Database; secret: string; attempts: Attempts }) {
    this.#db = options.db;
    this.#secret = options.secret;
    this.#attempts = options.attempts;
  }

  async isEnabled(userId: string): Promise<boolean> {
    const rows = await this.#run(
      sql`select 1 as one from auth.factor where user_id = ${userId} and confirmed_at is not null`,
    );
    return rows.length > 0;
  }

  /** Makes a secret that counts once a code of it has come; undefined when there is a factor already. */
  async prepare(userId: string): Promise<string | undefined> {
    const secret = newTotpSecret();
    const stored = await symmetricEncrypt({ key: this.#secret, data: secret });
    const rows = await this.#run(sql`
      insert into auth.factor as f (user_id, secret) values (${userId}, ${stored})
      on conflict (user_id) do update set secret = excluded.secret, last_step = 0, created_at = now()
      where f.confirmed_at is null returning 1 as one`);
    return rows.length > 0 ? secret : undefined;
  }

  /**
   * From now on the factor is asked for.
   *
   * @param found in which it is turned on
   * @param secret whose code was `right`
   * @param also what happens in the same transaction
   * @returns the backup codes, which nobody can read again, and what `also` returned
   * @throws `INVALID_CODE` when another secret was prepared meanwhile, of which nobody has shown a code
   */
  confirm<T>(found: FoundSession, secret: string, also: Also<T>): Promise<{ backupCodes: string[]; and: T }> {
    return this.#db.transaction("auth", async (tx) => {
      await lockPersonOf(tx, found);
      const userId = found.user.id;
      const { rows } = await tx.execute(sql`
        update auth.factor set confirmed_at = coalesce(confirmed_at, now())
        where user_id = ${userId} and secret = ${secret} returning 1`);
      if (rows.length === 0) throw accountError("INVALID_CODE");
      return { backupCodes: await this.#replaceBackupCodes(tx, userId), and: await also(tx) };
    });
  }

  /** @returns new backup codes; the former ones are worth nothing. @throws `FACTOR_NOT_ENABLED` */
  renewBackupCodes(found: FoundSession, also: Also): Promise<string[]> {
    return this.#db.transaction("auth", async (tx) => {
      await lockPersonOf(tx, found);
      const { rows } = await tx.execute(sql`
        select 1 from auth.factor where user_id = ${found.user.id} and confirmed_at is not null`);
      if (rows.length === 0) throw accountError("FACTOR_NOT_ENABLED");
      await also(tx);
      return this.#replaceBackupCodes(tx, found.user.id);
    });
  }

  /**
   * @returns what `also` returned, in the same transaction
   * @throws `FACTOR_NOT_ENABLED`; `LONGER_PASSWORD_FIRST` when the password is too short to be all that is asked for
   */
  async disable<T>(found: FoundSession, also: Also<T>): Promise<T> {
    return this.#db.transaction("auth", async (tx) => {
      await lockPersonOf(tx, found);
      const userId = found.user.id;
      if (!(await this.remove(tx, userId))) throw accountError("FACTOR_NOT_ENABLED");
      const { rows } = await tx.execute(sql`
        select 1 from auth.account where user_id = ${userId} and provider_id = 'credential' and password_short`);
      if (rows.length > 0) throw accountError("LONGER_PASSWORD_FIRST");
      return also(tx);
    });
  }

  /** Forgets the factor, its backup codes and the trusted browsers. @returns false when there was none */
  async remove(tx: TenantTransaction, userId: string): Promise<boolean> {
    const { rows } = await tx.execute<{ confirmed: boolean }>(sql`
      delete from auth.factor where user_id = ${userId} returning confirmed_at is not null as confirmed`);
    await tx.execute(sql`delete from auth.trusted_device where user_id = ${userId}`);
    return rows[0]?.confirmed ?? false;
  }

  /** Tries a TOTP or backup code. It is counted first; a code that was right is spent. */
  async tryCode(userId: string, code: string, { confirmed = true } = {}): Promise<CodeVerdict> {
    const subject = { kind: "factor", of: userId } as const;
    const { allowed, locks, retryAfterSeconds } = await this.#attempts.take(subject);
    if (!allowed) return { outcome: "locked", locks: true, retryAfterSeconds };
    const plain = plainCode(code);
    const isTotp = /^\d{6}$/.test(plain);
    const secret = isTotp ? await this.#spendTotp(userId, plain, confirmed) : undefined;
    const right = secret !== undefined || (!isTotp && confirmed && (await this.#spendBackup(userId, plain)));
    if (!right) return { outcome: "wrong", locks };
    await this.#attempts.clear(subject);
    return { outcome: "right", secret };
  }

  /** @returns the secret, as it is stored, whose code it was */
  async #spendTotp(userId: string, code: string, confirmed: boolean): Promise<string | undefined> {
    const [row] = await this.#run<{ secret: string; now: number }>(sql`
      select secret, extract(epoch from now())::float8 as now from auth.factor
      where user_id = ${userId} and (confirmed_at is not null) = ${confirmed}`);
    if (!row) return undefined;
    const step = stepOf(await symmetricDecrypt({ key: this.#secret, data: row.secret }), code, row.now);
    if (step === undefined) return undefined;
    // RFC 6238, 5.2: a code is accepted once; nor is one that is older than the last.
    const spent = await this.#run(sql`
      update auth.factor set last_step = ${step}
      where user_id = ${userId} and secret = ${row.secret} and last_step < ${step} returning 1 as one`);
    return spent.length > 0 ? row.secret : undefined;
  }

  async #spendBackup(userId: string, code: string): Promise<boolean> {
    const spent = await this.#run(sql`
      delete from auth.backup_code where user_id = ${userId} and digest = ${this.#digest(`backup ${userId} ${code}`)}
      returning 1 as one`);
    return spent.length > 0;
  }

  async #replaceBackupCodes(tx: TenantTransaction, userId: string): Promise<string[]> {
    const codes = newBackupCodes();
    const digests = codes.map((code) => this.#digest(`backup ${userId} ${plainCode(code)}`));
    await tx.execute(sql`delete from auth.backup_code where user_id = ${userId}`);
    await tx.execute(sql`
      insert into auth.backup_code (user_id, digest) select ${userId}, unnest(${sql.param(digests)}::text[])`);
    return codes;
  }

  async describe(
    userId: string,
  ): Promise<{ enabled: boolean; backupCodesLeft: number; trustedDevices: TrustedDevice[] }> {
    const [state] = await this.#run<{ enabled: boolean; left: number }>(sql`
      select exists (select from auth.factor where user_id = ${userId} and confirmed_at is not null) as enabled,
        (select count(*)::int from auth.backup_code where user_id = ${userId}) as left`);
    const trusted = await this.#run<{ id: string; userAgent: string; trustedAt: string; endsAt: string }>(sql`
      select id, user_agent as "userAgent", to_json(created_at at time zone 'utc') #>> '{}' || 'Z' as "trustedAt",
        to_json(ends_at at time zone 'utc') #>> '{}' || 'Z' as "endsAt"
      from auth.trusted_device where user_id = ${userId} and ends_at > now() order by created_at desc limit 100`);
    return {
      enabled: state?.enabled ?? false,
      backupCodesLeft: state?.enabled ? state.left : 0,
      trustedDevices: trusted.map(({ userAgent, ...device }) => ({ ...device, ...describeDevice(userAgent) })),
    };
  }

  /**
   * Half a sign-in takes the place of the session that was begun, all at once: what ends all of the person's comes before it and has ended
   * the session, or after it and ends the half one.
   *
   * @returns the secret by which they go on, for 10 minutes; undefined when the session has been ended
   */
  async challenge({ id, userId }: { id: string; userId: string }): Promise<string | undefined> {
    const secret = randomBytes(32).toString("base64url");
    return this.#db.transaction("auth", async (tx) => {
      await lockPerson(tx, userId);
      const { rows } = await tx.execute(sql`delete from auth.session where id = ${id} returning 1`);
      if (rows.length === 0) return undefined;
      await tx.execute(sql`
        insert into auth.challenge (digest, user_id, ends_at)
        values (${this.challengeDigest(secret)}, ${userId}, now() + ${seconds(challengeCookie.maxAgeSeconds)})`);
      return secret;
    });
  }

  /** Who is half signed in by it. */
  async challenged(secret: string): Promise<UserId | undefined> {
    const [row] = await this.#run<{ userId: string }>(sql`
      select user_id as "userId" from auth.challenge
      where digest = ${this.challengeDigest(secret)} and ends_at > now()`);
    return row && UserId.parse(row.userId);
  }

  /**
   * Makes a session of a challenge, all at once: a password that is chosen meanwhile ends both. Only after `tryCode` said `right`.
   *
   * @returns the session, and the secret by which a browser is known for 30 days that is to be trusted; undefined when the challenge is over
   */
  async endChallenge(secret: string, { origin, trustDevice }: { origin: Origin; trustDevice: boolean }) {
    if (trustDevice) await this.#run(sql`delete from auth.trusted_device where ends_at < now()`);
    return this.#db.transaction("auth", async (tx) => {
      const ended = await tx.execute<{ userId: string }>(sql`
        delete from auth.challenge where digest = ${this.challengeDigest(secret)} and ends_at > now()
        returning user_id as "userId"`);
      const [challenge] = ended.rows;
      if (!challenge) return undefined;
      const { userId } = challenge;
      const session = await insertSession(tx, { userId, origin, secondFactor: true });
      return { session, trust: trustDevice ? await this.#trust(tx, userId, origin.userAgent ?? "") : undefined };
    });
  }

  async #trust(tx: TenantTransaction, userId: string, userAgent: string): Promise<string> {
    const secret = randomBytes(32).toString("base64url");
    await tx.execute(sql`
      insert into auth.trusted_device (id, digest, user_id, user_agent, ends_at)
      values (${randomUUID()}, ${this.trustDigest(secret)}, ${userId}, ${userAgent}, now() + ${seconds(trustCookie.maxAgeSeconds)})`);
    return secret;
  }

  async isTrusted(userId: string, secret: string): Promise<boolean> {
    const rows = await this.#run(sql`
      select 1 as one from auth.trusted_device
      where digest = ${this.trustDigest(secret)} and user_id = ${userId} and ends_at > now()`);
    return rows.length > 0;
  }

  /** By which the database knows the browser. */
  trustDigest(secret: string): string {
    return this.#digest(`trust ${secret}`);
  }

  /** By which the database knows the challenge. */
  challengeDigest(secret: string): string {
    return this.#digest(`challenge ${secret}`);
  }

  /** Trusts one browser no more, or none. @returns whether any was trusted */
  async distrust(userId: string, id: string | undefined): Promise<boolean> {
    const gone = await this.#run(sql`
      delete from auth.trusted_device where user_id = ${userId} ${id === undefined ? sql`` : sql`and id = ${id}`}
      returning 1 as one`);
    return gone.length > 0;
  }

  /** The session is one in which a second factor counts as used, without a code that has come just now. */
  async mark(sessionId: string): Promise<void> {
    await this.#run(sql`
      update auth.session set second_factor = true, proven_at = '-infinity' where id = ${sessionId}`);
  }

  #digest(text: string): string {
    return createHmac("sha256", this.#secret).update(`factors ${text}`).digest("base64url");
  }

  async #run<T extends Record<string, unknown>>(statement: SQL) {
    return (await this.#db.authDatabase().execute<T>(statement)).rows;
  }
}
