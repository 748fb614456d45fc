import { type Database, prepare } from "@parley/db";
import { sql } from "drizzle-orm";
import { type Counted, countTry, mostTries, type Subject, type Verdict, verdictOf } from "../lockout/attempts.ts";

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
};
type Value = "address" | "guess" | "most" | "email";
const given = (value: Value) => sql.placeholder(value);

// The address first: where that has too many, nobody's account is touched.
const statement = prepare<Row, Value>(
  "write",
  sql`with
    address as (${countTry(sql`(select ${given("address")}::text as key) address`, mostTries.address)}),
    guess as (${countTry(
      sql`(select ${given("guess")}::text as key from address where tries <= ${mostTries.address}) guess`,
      given("most"),
    )})
  select address.tries as "addressTries", address.wait as "addressWait", guess.tries, guess.wait,
    u.id, u.name, u.email, u.email_verified as "emailVerified", a.password as hash,
    u.sign_up_tenant_id is not null as "awaitsWorkspace"
  from address left join guess on true
  left join auth."user" u on u.email = ${given("email")}
  left join auth.account a on a.provider_id = 'credential' and a.account_id = u.id`,
);

/**
 * Counts a guess at a password, before anything is looked at, against the address that it comes from and against its subject; and finds
 * whose it is, by the keys of both. One round trip, the same for an address that nobody has.
 */
export async function countGuess(
  db: Database,
  { kind, ...values }: { address: string; guess: string; kind: Subject["kind"]; email: string },
): Promise<{ address: Verdict; guess: Verdict | undefined; login: Login | undefined }> {
  const [row] = await db.run("auth", statement, { ...values, most: mostTries[kind] });
  if (!row) throw new Error("an insert returned no row");
  const { id, name, emailVerified, hash, awaitsWorkspace } = row;
  const counted: Counted | undefined = row.tries === null ? undefined : { tries: row.tries, wait: row.wait ?? 0 };
  return {
    address: verdictOf("address", { tries: row.addressTries, wait: row.addressWait }),
    guess: counted && verdictOf(kind, counted),
    login:
      id === null ? undefined : { id, name, email: row.email, emailVerified, hash: hash ?? undefined, awaitsWorkspace },
  };
}
