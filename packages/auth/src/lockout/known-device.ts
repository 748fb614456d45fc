import { createHash, randomBytes } from "node:crypto";
import type { Database } from "@parley/db";
import type { GenericEndpointContext } from "better-auth";
import { type SQL, sql } from "drizzle-orm";
import type { Attempts } from "./attempts.ts";

export const knownDeviceCookie = { name: "known_device", maxAgeSeconds: 400 * 24 * 3600 } as const;
const mostPeople = 5;

/** Somebody whom a device knows. */
export type KnownPerson = {
  /** A digest of their address. */
  person: string;
  /** Which password they had then: with another one the device knows them no more. */
  generation: string;
};

/** A browser in which somebody has signed in before: who guesses elsewhere does not lock them out of it. */
export type KnownDevice = { id: string; people: KnownPerson[] };

/** Whom a device's cookie names, without saying who it is. */
export const personOf = (attempts: Attempts, email: string): string => attempts.digest(`person ${email}`).slice(0, 22);

/** Which of their passwords it is. It tells nothing of the password: its hash has a salt of 128 bits, which only the database knows. */
export const generationOf = (hash: string | null | undefined): string =>
  hash ? createHash("sha256").update(hash).digest("hex").slice(0, 32) : "";

/** The same, where the database compares. @param hash null gives null, which equals nothing */
export const generationIn = (hash: SQL): SQL => sql`left(encode(sha256(convert_to(${hash}, 'UTF8')), 'hex'), 32)`;

/** @param value of its cookie, whose signature was ours */
export function parseKnownDevice(value: string | null | undefined | false): KnownDevice | undefined {
  const [id, ...entries] = value ? value.split("!") : [];
  if (!id) return undefined;
  const people = entries.map((entry) => {
    const [person = "", generation = ""] = entry.split("~");
    return { person, generation };
  });
  return { id, people };
}

/** The value of the cookie of a device that knows the person from now on. */
export function withPerson(device: KnownDevice | undefined, known: KnownPerson): string {
  const others = (device?.people ?? []).filter(({ person }) => person !== known.person);
  const people = [known, ...others].slice(0, mostPeople).map(({ person, generation }) => `${person}~${generation}`);
  return [device?.id ?? randomBytes(16).toString("base64url"), ...people].join("!");
}

/** From now on the device knows whoever has the address, in an endpoint of Better Auth's. */
export async function rememberDevice(
  context: GenericEndpointContext,
  { db, attempts, email }: { db: Database; attempts: Attempts; email: string },
): Promise<void> {
  const { secret, createAuthCookie } = context.context;
  const { name, attributes } = createAuthCookie(knownDeviceCookie.name, { maxAge: knownDeviceCookie.maxAgeSeconds });
  const device = parseKnownDevice(await context.getSignedCookie(name, secret));
  const { rows } = await db.read("auth", (read) =>
    read.execute<{ hash: string | null }>(sql`
      select a.password as hash from auth.account a join auth."user" u on u.id = a.user_id
      where u.email = ${email} and a.provider_id = 'credential'`),
  );
  const known = { person: personOf(attempts, email), generation: generationOf(rows[0]?.hash) };
  await context.setSignedCookie(name, withPerson(device, known), secret, attributes);
}
