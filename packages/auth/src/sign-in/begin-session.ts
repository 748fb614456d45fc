import { randomBytes, randomUUID } from "node:crypto";
import { type Database, prepare } from "@parley/db";
import { sql } from "drizzle-orm";
import type { Origin } from "../account-events.ts";
import { challengeCookie, type Factors } from "../factors/factors.ts";
import { toldOf } from "../lockout/attempts.ts";
import { seconds } from "../sessions/alive.ts";

type Row = { known: boolean; begun: boolean };
type Value =
  | "user"
  | "hash"
  | "address"
  | "guess"
  | "told"
  | "former"
  | "trust"
  | "challenge"
  | "id"
  | "token"
  | "ip"
  | "userAgent"
  | "short";
const given = (value: Value) => sql.placeholder(value);

// `for share` waits for whoever is changing the password or confirming a second factor, and sees what they have made of it: they end all
// sessions afterwards, this one too. The address's count comes before the guess's, as where they are counted, so that no two wait
// for each other. A browser that is trusted has shown no code: what asks for a proof asks for one.
// How long a password is can be told here alone, of those from before it was noted where they are chosen; another sign-in that holds the
// account is not waited for, the next one notes it.
const statement = prepare<Row, Value>(
  "write",
  sql`with
    known as (
      select u.id from auth.account a join auth."user" u on u.id = a.user_id
      where a.provider_id = 'credential' and a.account_id = ${given("user")} and a.password = ${given("hash")}
        and u.email_verified
      for share of a),
    factor as (select confirmed_at from auth.factor where user_id = ${given("user")} for share),
    asked as (
      select id, exists (select from factor where confirmed_at is not null) as needed, exists (
        select from auth.trusted_device t
        where t.digest = ${given("trust")} and t.user_id = known.id and t.ends_at > now()) as trusted
      from known),
    given_back as (
      update auth.attempt set tries = tries - 1
      where subject = ${given("address")} and tries > 0 and exists (select from known) returning 1),
    cleared as (
      delete from auth.attempt
      where subject in (${given("guess")}, ${given("told")}) and exists (select from known)
        and (select count(*) from given_back) >= 0),
    noted as (
      update auth.account set password_short = ${given("short")}::boolean
      where id = any (array(
        select a.id from auth.account a
        where a.provider_id = 'credential' and a.account_id = ${given("user")} and a.password = ${given("hash")}
          and a.password_short <> ${given("short")}::boolean and exists (select from known)
        for update skip locked))),
    ended as (
      delete from auth.session
      where (token = ${given("former")} or (former_token = ${given("former")} and former_until > now()))
        and exists (select from known)),
    begun as (
      insert into auth.session
        (id, token, user_id, ip_address, user_agent, second_factor, proven_at, expires_at, created_at, updated_at)
      select ${given("id")}, ${given("token")}, id, ${given("ip")}, ${given("userAgent")}, needed,
        case when needed then '-infinity' else now() end, now(), now(), now()
      from asked where trusted or not needed returning 1),
    challenged as (
      insert into auth.challenge (digest, user_id, ends_at)
      select ${given("challenge")}, id, now() + ${seconds(challengeCookie.maxAgeSeconds)} from asked
      where needed and not trusted)
  select exists (select from known) as known, exists (select from begun) as begun`,
);

/**
 * Somebody's password was right: their guess counts no longer, the session that their browser had is over, and a new one begins, or a
 * challenge where a second factor has to come first. All of it or nothing, in one round trip.
 *
 * @param options.hash that the password was compared with
 * @param options.trusted the secret of a browser that is trusted, perhaps
 * @returns `changed` when the password is another by now
 */
export async function beginSession(
  db: Database,
  factors: Factors,
  options: {
    userId: string;
    hash: string;
    /** Whether the password is long enough only beside a second factor. */
    short: boolean;
    /** Of what was counted. */
    keys: { address: string; guess: string };
    former: string | undefined;
    trusted: string | undefined;
    origin: Origin;
  },
): Promise<{ outcome: "begun"; token: string } | { outcome: "half"; challenge: string } | { outcome: "changed" }> {
  const { userId, hash, short, keys, former, trusted, origin } = options;
  // Of a session or of a challenge, whichever it is to be.
  const token = randomBytes(24).toString("base64url");
  const [row] = await db.run("auth", statement, {
    user: userId,
    hash,
    short,
    ...keys,
    told: toldOf(keys.guess),
    former: former ?? null,
    trust: trusted === undefined ? null : factors.trustDigest(trusted),
    challenge: factors.challengeDigest(token),
    id: randomUUID(),
    token,
    ip: origin.ip ?? "",
    userAgent: origin.userAgent ?? "",
  });
  if (!row?.known) return { outcome: "changed" };
  return row.begun ? { outcome: "begun", token } : { outcome: "half", challenge: token };
}
