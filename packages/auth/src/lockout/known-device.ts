import { randomBytes } from "node:crypto";
import type { GenericEndpointContext } from "better-auth";
import type { Attempts } from "./attempts.ts";

const cookieName = "known_device";
const keptSeconds = 400 * 24 * 3600;
const mostPeople = 5;

/** A browser in which somebody has signed in before: who guesses elsewhere does not lock them out of it. */
export type KnownDevice = { id: string; people: string[] };

const cookieOf = (context: GenericEndpointContext) =>
  context.context.createAuthCookie(cookieName, { maxAge: keptSeconds });

/** Whom a device's cookie names, without saying who it is. */
export const personOf = (attempts: Attempts, email: string): string => attempts.digest(`person ${email}`).slice(0, 22);

/** The device that the request comes from, if one of ours; its cookie is signed. */
export async function readKnownDevice(context: GenericEndpointContext): Promise<KnownDevice | undefined> {
  const value = await context.getSignedCookie(cookieOf(context).name, context.context.secret);
  const [id, ...people] = value ? value.split("!") : [];
  return id ? { id, people } : undefined;
}

/** From now on the device knows the person. @param person a digest */
export async function rememberDevice(context: GenericEndpointContext, person: string): Promise<void> {
  const known = await readKnownDevice(context);
  const people = [person, ...(known?.people ?? []).filter((other) => other !== person)].slice(0, mostPeople);
  const value = [known?.id ?? randomBytes(16).toString("base64url"), ...people].join("!");
  const { name, attributes } = cookieOf(context);
  await context.setSignedCookie(name, value, context.context.secret, attributes);
}
