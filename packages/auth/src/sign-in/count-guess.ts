import { type Database, prepare } from "@parley/db";
import { sql } from "drizzle-orm";
import { type Counted, countTry, mostGuesses, mostTries, type Verdict, verdictOf } from "../lockout/attempts.ts";
import { generationIn } from "../lockout/known-device.ts";

/** Who has the address that somebody signs in with. */
export type Login = {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  /** Undefined for who signs in by a provider alone. */
  hash: string | undefined;
  /** Whether a workspace that they signed up for is still to be made. */
  awaitsWorkspace: boolean;
};

type Row = {
  addressTries: number;
  addressWait: number;
  tries: number | null;
  wait: number | null;
  id: string | null;
  name: string;
  email: string;
  emailVerified: boolean;
  hash: string | null;
  awaitsWorkspace: boolean;
  isKnown: boolean | null;
};
type Value = "address" | "account" | "device" | "generation" | "email";
const given = (value: Value) => sql.placeholder(value);

// The address first: where that has too many, nobody's account is touched. The device's own count goes for the password that they had
// when it came to know them, and for no other.
const statement = prepare<Row, Value>(
  "write",
  sql`with
    login as (
      select u.id, u.name, u.email, u.email_verified, a.password as hash, u.sign_up_tenant_id is not null as awaits_workspace,
        coalesce(${generationIn(sql`a.password`)} = ${given("generation")}::text, false) as is_known
      from auth."user" u left join auth.account a on a.provider_id = 'credential' and a.account_id = u.id
      where u.email = ${given("email")}),
    address as (${countTry(sql`(select ${given("address")}::text as key) address`, mostTries.address)}),
    guess as (${countTry(
      sql`(select case when exists (select from login where is_known)
          then ${given("device")}::text else ${given("account")}::text end as key
        from address where tries <= ${mostTries.address}) guess`,
      mostGuesses,
    )})
  select address.tries as "addressTries", address.wait as "addressWait", guess.tries, guess.wait,
    login.id, login.name, login.email, login.email_verified as "emailVerified", login.hash,
    login.awaits_workspace as "awaitsWorkspace", login.is_known as "isKnown"
  from address left join guess on true left join login on true`,
);

/**
 * Counts a guess at a password, before anything is looked at, against the address that it comes from and against the account, or the
 * device that knows its person; and finds whose it is. One round trip, the same for an address that nobody has.
 *
 * @param options.device that claims to know the person, with the generation of the password that it knows them by
 * @returns `isKnown` when the guess was counted against the device
 */
export async function countGuess(
  db: Database,
  options: {
    address: string;
    account: string;
    device: { key: string; generation: string } | undefined;
    email: string;
  },
): Promise<{ address: Verdict; guess: Verdict | undefined; login: Login | undefined; isKnown: boolean }> {
  const { device, ...values } = options;
  const [row] = await db.run("auth", statement, {
    ...values,
    device: device?.key ?? null,
    generation: device?.generation ?? null,
  });
  if (!row) throw new Error("an insert returned no row");
  const { id, name, emailVerified, hash, awaitsWorkspace } = row;
  const isKnown = row.isKnown ?? false;
  const counted: Counted | undefined = row.tries === null ? undefined : { tries: row.tries, wait: row.wait ?? 0 };
  return {
    address: verdictOf("address", { tries: row.addressTries, wait: row.addressWait }),
    guess: counted && verdictOf(isKnown ? "device" : "account", counted),
    login:
      id === null ? undefined : { id, name, email: row.email, emailVerified, hash: hash ?? undefined, awaitsWorkspace },
    isKnown,
  };
}
