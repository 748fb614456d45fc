import { randomBytes } from "node:crypto";
import type { GenericEndpointContext } from "better-auth";
import type { Attempts } from "./attempts.ts";

export const knownDeviceCookie = { name: "known_device", maxAgeSeconds: 400 * 24 * 3600 } as const;
const mostPeople = 5;

/** A browser in which somebody has signed in before: who guesses elsewhere does not lock them out of it. */
export type KnownDevice = { id: string; people: string[] };

/** Whom a device's cookie names, without saying who it is. */
export const personOf = (attempts: Attempts, email: string): string => attempts.digest(`person ${email}`).slice(0, 22);

/** @param value of its cookie, whose signature was ours */
export function parseKnownDevice(value: string | null | undefined | false): KnownDevice | undefined {
  const [id, ...people] = value ? value.split("!") : [];
  return id ? { id, people } : undefined;
}

/** The value of the cookie of a device that knows the person from now on. @param person a digest */
export function withPerson(device: KnownDevice | undefined, person: string): string {
  const people = [person, ...(device?.people ?? []).filter((other) => other !== person)].slice(0, mostPeople);
  return [device?.id ?? randomBytes(16).toString("base64url"), ...people].join("!");
}

/** From now on the device knows the person, in an endpoint of Better Auth's. */
export async function rememberDevice(context: GenericEndpointContext, person: string): Promise<void> {
  const { secret, createAuthCookie } = context.context;
  const { name, attributes } = createAuthCookie(knownDeviceCookie.name, { maxAge: knownDeviceCookie.maxAgeSeconds });
  const known = parseKnownDevice(await context.getSignedCookie(name, secret));
  await context.setSignedCookie(name, withPerson(known, person), secret, attributes);
}
