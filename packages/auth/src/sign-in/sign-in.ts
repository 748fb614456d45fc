import { accountEndpoints, type SignInAnswer, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import { accountError } from "../account-error.ts";
import type { OnAccountEvent, Origin } from "../account-events.ts";
import type { Afterwards } from "../afterwards.ts";
import { challengeCookie, type Factors, trustCookie } from "../factors/factors.ts";
import type { Attempts, Subject } from "../lockout/attempts.ts";
import { generationOf, knownDeviceCookie, parseKnownDevice, personOf, withPerson } from "../lockout/known-device.ts";
import type { TellLocked } from "../lockout/tell-locked.ts";
import { hashPassword, verifyPassword } from "../passwords/hash-password.ts";
import { isShort } from "../passwords/judge-password.ts";
import { isEmail } from "../profile/names.ts";
import { type Cookies, readSigned, sessionCookie, signedCookie } from "../sessions/session-cookie.ts";
import type { Workspaces } from "../sign-up/workspaces.ts";
import { beginSession } from "./begin-session.ts";
import { countGuess, type Login } from "./count-guess.ts";

type Options = {
  db: Database;
  secret: string;
  cookies: Cookies;
  attempts: Attempts;
  factors: Factors;
  workspaces: Workspaces;
  tellLocked: TellLocked;
  afterwards: Afterwards;
  onEvent: OnAccountEvent;
};

export type SignInRequest = { body: unknown; cookie: string; origin: Origin };
type SignedIn = { answer: SignInAnswer; setCookies: string[] };

/**
 * Signing in with a password, from the request to its cookies. It is what the api does most that costs something, so the database is asked
 * twice, once before the password is looked at and once after, and Better Auth, whose cookies and tables these are, is not.
 *
 * After five wrong passwords an account is locked for 15 minutes, on every device but those where its person has signed in before:
 * each of these has a count of its own, so a stranger locks nobody out, until the password is another. The answers to a locked account are the same whether it
 * exists and whether the password is right. An address that fails with many accounts is stopped before it locks them.
 */
export function createSignIn(options: Options) {
  const { db, secret, cookies, attempts, factors, workspaces, tellLocked, afterwards, onEvent } = options;

  return async function signIn({ body, cookie, origin }: SignInRequest): Promise<SignedIn> {
    const { email, password } = parse(body);
    const read = (name: string) => readSigned(cookie, `${cookies.prefix}.${name}`, secret);
    const device = parseKnownDevice(read(knownDeviceCookie.name));
    const person = personOf(attempts, email);
    const address: Subject = { kind: "address", of: countedAddress(origin.ip ?? "") };
    const account: Subject = { kind: "account", of: email };
    const known = device?.people.find((one) => one.person === person);
    const own: Subject | undefined = device &&
      known && { kind: "device", of: `${device.id} ${person} ${known.generation}` };

    const { login, isKnown, ...counted } = await countGuess(db, {
      address: attempts.keyOf(address),
      account: attempts.keyOf(account),
      device: own && known && { key: attempts.keyOf(own), generation: known.generation },
      email,
    });
    const guess = isKnown && own ? own : account;
    const keys = { address: attempts.keyOf(address), guess: attempts.keyOf(guess) };
    const userId = login && UserId.parse(login.id);
    // After the answer: how long it takes would tell in how many workspaces somebody is.
    const tellFailed = ({ locks }: { locks: boolean }) => {
      afterwards.run(() => onEvent({ type: "user.sign_in_failed", ...(userId && { userId }), ...origin }));
      if (locks) afterwards.run(() => tellLocked(origin, login, guess));
    };
    const { guess: verdict } = counted;
    if (!counted.address.allowed || !verdict) throw accountError("rate.exceeded", counted.address);
    if (!verdict.allowed) {
      tellFailed(verdict);
      throw accountError("TOO_MANY_ATTEMPTS", verdict);
    }

    const refuse = () => {
      tellFailed(verdict);
      return accountError("INVALID_EMAIL_OR_PASSWORD");
    };
    /** It was no wrong password: that was right, before the address was confirmed, or nobody has looked at it. */
    const uncount = async () => {
      await attempts.giveBack(address);
      await attempts.giveBack(guess);
    };
    const proven = await findProven(login, password).catch(async (error: unknown) => {
      await uncount();
      throw error;
    });
    if (!proven) throw refuse();
    if (!proven.emailVerified) {
      await uncount();
      tellFailed({ locks: false });
      throw accountError("EMAIL_NOT_VERIFIED");
    }

    const former = readSigned(cookie, cookies.session, secret);
    const session = await beginSession(db, factors, {
      userId: proven.id,
      hash: proven.hash,
      short: isShort(password),
      keys,
      former,
      trusted: read(trustCookie.name),
      origin,
    });
    if (session.outcome === "changed") throw refuse();
    if (session.outcome === "half") {
      afterwards.run(() => onEvent({ type: "factor.asked", userId: UserId.parse(proven.id), ...origin }));
      return {
        answer: { secondFactor: true },
        setCookies: [
          ...(former ? [sessionCookie(cookies, undefined, secret)] : []),
          signedCookie(cookies, secret, { ...challengeCookie, value: session.challenge }),
        ],
      };
    }
    const { id, name } = proven;
    if (proven.awaitsWorkspace) await workspaces.finish(UserId.parse(id), origin.ip);
    await onEvent({ type: "user.signed_in", userId: UserId.parse(id), ...origin });
    return {
      answer: { user: { id, name, email } },
      setCookies: [
        sessionCookie(cookies, session.token, secret),
        signedCookie(cookies, secret, {
          ...knownDeviceCookie,
          value: withPerson(device, { person, generation: generationOf(proven.hash) }),
        }),
      ],
    };
  };
}

/** @throws APIError INVALID_REQUEST, INVALID_EMAIL */
function parse(body: unknown): { email: string; password: string } {
  const { data } = accountEndpoints["POST /api/auth/sign-in/email"].body.safeParse(body);
  if (!data) throw accountError("INVALID_REQUEST");
  const email = data.email.toLowerCase();
  if (!isEmail(email)) throw accountError("INVALID_EMAIL");
  return { email, password: data.password };
}

/** Whoever the password is of. One hash is computed, whether somebody has the address or not: that is what takes time. */
async function findProven(login: Login | undefined, password: string) {
  const hash = login?.hash;
  if (hash) return (await verifyPassword({ hash, password })) ? { ...login, hash } : undefined;
  await hashPassword(password);
  return undefined;
}
