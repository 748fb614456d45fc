import { accountEndpoints, UserId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, createAuthMiddleware, sessionMiddleware } from "better-auth/api";
import { deleteSessionCookie, expireCookie, setSessionCookie } from "better-auth/cookies";
import { accountError } from "../account-error.ts";
import { type AccountEventType, type OnAccountEvent, originOf } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import type { Afterwards } from "../afterwards.ts";
import type { Attempts, Subject } from "../lockout/attempts.ts";
import { backupCodesRenewedMail, factorDisabledMail, factorEnabledMail } from "../mail/account-mails.ts";
import { verifyPassword } from "../passwords/hash-password.ts";
import { currentSession, requireFreshSession } from "../sessions/current-session.ts";
import { replaceSessions } from "../sessions/insert-session.ts";
import type { FoundSession, Sessions } from "../sessions/sessions.ts";
import { challengeCookie, type Factors, trustCookie } from "./factors.ts";
import { otpauthUri } from "./totp.ts";

type Options = {
  sessions: Sessions;
  afterwards: Afterwards;
  factors: Factors;
  attempts: Attempts;
  links: Links;
  mail: AccountMail;
  onEvent: OnAccountEvent;
  /** Tells the person that too many codes or passwords were wrong. */
  tellLocked(context: GenericEndpointContext, subject: Subject): Promise<void>;
  /** Somebody has signed in here, wholly, by whatever way. */
  onSignedIn(context: GenericEndpointContext, email: string): Promise<void>;
};

const cookieOf = (context: GenericEndpointContext, { name, maxAgeSeconds }: { name: string; maxAgeSeconds: number }) =>
  context.context.createAuthCookie(name, { maxAge: maxAgeSeconds });

/**
 * The second factor. Whoever has one is given no session for their password alone, by whatever way they sign in, but a challenge, which
 * opens nothing.
 */
export function secondFactor({
  sessions,
  afterwards,
  factors,
  attempts,
  links,
  mail,
  onEvent,
  tellLocked,
  onSignedIn,
}: Options) {
  const tell = (type: AccountEventType, userId: string, context: GenericEndpointContext) =>
    onEvent({ type, userId: UserId.parse(userId), ...originOf(context.headers) });

  /** Tells the person of it, in the transaction that does it. */
  const mailing =
    (write: typeof factorEnabledMail, { email, name }: { email: string; name: string }) =>
    (tx: TenantTransaction) =>
      mail.send(tx, write({ to: email, name, url: links.forgotPassword }));

  /** @returns the secret whose code it was, if it was no backup code. @throws `INVALID_CODE`, `TOO_MANY_ATTEMPTS` */
  async function requireCode(
    context: GenericEndpointContext,
    userId: UserId,
    code: string,
    options?: { confirmed: boolean },
  ): Promise<string | undefined> {
    const verdict = await factors.tryCode(userId, code, options);
    if (verdict.outcome === "right") return verdict.secret;
    await tell("factor.failed", userId, context);
    if (verdict.locks) await tellLocked(context, { kind: "factor", of: userId });
    if (verdict.outcome === "locked") throw accountError("TOO_MANY_ATTEMPTS", verdict);
    throw accountError("INVALID_CODE");
  }

  /** Another session in the place of all that the person has, in the transaction that changes their factor; and its mail. */
  const beginningAnew =
    (context: GenericEndpointContext, { user, session }: FoundSession, write: typeof factorEnabledMail) =>
    async (tx: TenantTransaction) => {
      await mailing(write, user)(tx);
      const [origin, secondFactor] = [originOf(context.headers), write === factorEnabledMail];
      return replaceSessions(tx, { former: session.id, userId: user.id, origin, secondFactor });
    };

  async function giveSession(context: GenericEndpointContext, session: Awaited<ReturnType<typeof replaceSessions>>) {
    const user = await context.context.internalAdapter.findUserById(session.userId);
    if (!user) throw accountError("UNAUTHORIZED");
    await setSessionCookie(context, { session, user });
  }

  /** What has to become of a session that was just begun. */
  async function judge(context: GenericEndpointContext): Promise<"whole" | "marked" | "challenged"> {
    const begun = context.context.newSession;
    if (!begun || context.path?.startsWith("/factor/") || !(await factors.isEnabled(begun.user.id))) return "whole";
    const signsIn = context.path?.startsWith("/sign-in/") || context.path?.startsWith("/callback/");
    const former = currentSession();
    if (!signsIn && former?.user.id === begun.user.id && former.session.secondFactor) return "marked";
    const trust = await context.getSignedCookie(cookieOf(context, trustCookie).name, context.context.secret);
    return trust && (await factors.isTrusted(begun.user.id, trust)) ? "marked" : "challenged";
  }

  async function challenge(context: GenericEndpointContext) {
    const begun = context.context.newSession;
    if (!begun) return;
    const secret = await factors.challenge(begun.session);
    deleteSessionCookie(context, true);
    context.context.setNewSession(null);
    // A way of signing in that came here from elsewhere goes on to a page.
    const isCallback = context.path?.startsWith("/callback/");
    if (!secret)
      throw isCallback ? context.redirect(`${links.signIn}?error=session_ended`) : accountError("UNAUTHORIZED");
    const { name, attributes } = cookieOf(context, challengeCookie);
    await context.setSignedCookie(name, secret, context.context.secret, attributes);
    // After the answer: how long it takes would tell in how many workspaces somebody is.
    afterwards.run(() => tell("factor.asked", begun.user.id, context));
    if (isCallback) throw context.redirect(links.secondFactor);
    return context.json({ secondFactor: true });
  }

  return {
    id: "parley-second-factor",
    hooks: {
      after: [
        {
          matcher: () => true,
          handler: createAuthMiddleware(async (context) => {
            const verdict = await judge(context);
            if (verdict === "challenged") return challenge(context);
            const begun = context.context.newSession;
            // A password, or a provider, is no proof of the person where there is a factor.
            if (begun && verdict === "marked") await factors.mark(begun.session.id);
            if (begun) await onSignedIn(context, begun.user.email);
            return undefined;
          }),
        },
      ],
    },
    endpoints: {
      verifyFactor: createAuthEndpoint(
        "/factor/verify",
        { method: "POST", body: accountEndpoints["POST /api/auth/factor/verify"].body },
        async (context) => {
          const { internalAdapter, secret } = context.context;
          const cookie = cookieOf(context, challengeCookie);
          const sent = await context.getSignedCookie(cookie.name, secret);
          const userId = sent ? await factors.challenged(sent) : undefined;
          const user = userId && (await internalAdapter.findUserById(userId));
          if (!sent || !userId || !user) throw accountError("CHALLENGE_EXPIRED");
          await requireCode(context, userId, context.body.code);
          const { trustDevice = false } = context.body;
          const begun = await factors.endChallenge(sent, { origin: originOf(context.headers), trustDevice });
          if (!begun) throw accountError("CHALLENGE_EXPIRED");
          const { session, trust } = begun;
          await setSessionCookie(context, { session, user });
          expireCookie(context, cookie);
          if (trust) {
            const { name, attributes } = cookieOf(context, trustCookie);
            await context.setSignedCookie(name, trust, secret, attributes);
          }
          await tell("user.signed_in", userId, context);
          if (trust) await tell("device.trusted", userId, context);
          return { status: true };
        },
      ),
      describeFactor: createAuthEndpoint("/factor", { method: "GET", use: [sessionMiddleware] }, async (context) => ({
        ...(await factors.describe(context.context.session.user.id)),
        usedNow: currentSession()?.session.secondFactor ?? false,
      })),
      prepareFactor: createAuthEndpoint("/factor/prepare", { method: "POST" }, async () => {
        const { user } = requireFreshSession();
        const secret = await factors.prepare(user.id);
        if (!secret) throw accountError("FACTOR_ALREADY_ENABLED");
        return { otpauthUri: otpauthUri(secret, user.email), secret };
      }),
      enableFactor: createAuthEndpoint(
        "/factor/enable",
        { method: "POST", body: accountEndpoints["POST /api/auth/factor/enable"].body },
        async (context) => {
          const found = requireFreshSession();
          const { user } = found;
          if (await factors.isEnabled(user.id)) throw accountError("FACTOR_ALREADY_ENABLED");
          const secret = await requireCode(context, user.id, context.body.code, { confirmed: false });
          if (secret === undefined) throw accountError("INVALID_CODE");
          const beginAnew = beginningAnew(context, found, factorEnabledMail);
          const { backupCodes, and: session } = await factors.confirm(found, secret, beginAnew);
          await giveSession(context, session);
          await tell("factor.enabled", user.id, context);
          return { backupCodes };
        },
      ),
      disableFactor: createAuthEndpoint("/factor/disable", { method: "POST" }, async (context) => {
        const found = requireFreshSession();
        const { user } = found;
        const session = await factors.disable(found, beginningAnew(context, found, factorDisabledMail));
        expireCookie(context, cookieOf(context, trustCookie));
        await giveSession(context, session);
        await tell("factor.disabled", user.id, context);
        return { status: true };
      }),
      renewBackupCodes: createAuthEndpoint("/factor/backup-codes", { method: "POST" }, async (context) => {
        const found = requireFreshSession();
        const { user } = found;
        const backupCodes = await factors.renewBackupCodes(found, mailing(backupCodesRenewedMail, user));
        await tell("backup_codes.renewed", user.id, context);
        return { backupCodes };
      }),
      distrustDevice: createAuthEndpoint(
        "/factor/trusted-devices/revoke",
        {
          method: "POST",
          use: [sessionMiddleware],
          body: accountEndpoints["POST /api/auth/factor/trusted-devices/revoke"].body,
        },
        async (context) => {
          const { user } = context.context.session;
          if (await factors.distrust(user.id, context.body.id)) await tell("device.distrusted", user.id, context);
          return { status: true };
        },
      ),
      confirmIdentity: createAuthEndpoint(
        "/confirm",
        { method: "POST", body: accountEndpoints["POST /api/auth/confirm"].body },
        async (context) => {
          const found = currentSession();
          if (!found) throw accountError("UNAUTHORIZED");
          const { id: userId } = found.user;
          const { code, password } = context.body;
          // Whoever has a second factor confirms with it: a password alone is less than what they signed in with.
          if (await factors.isEnabled(userId)) await requireCode(context, userId, code ?? "");
          else await requirePassword(context, userId, password ?? "");
          const token = await sessions.prove(found);
          if (!token) throw accountError("UNAUTHORIZED");
          const { name, attributes } = context.context.authCookies.sessionToken;
          await context.setSignedCookie(name, token, context.context.secret, attributes);
          await tell("identity.confirmed", userId, context);
          return { status: true };
        },
      ),
    },
  } satisfies BetterAuthPlugin;

  /** @throws `INVALID_PASSWORD`, `TOO_MANY_ATTEMPTS` */
  async function requirePassword(context: GenericEndpointContext, userId: UserId, password: string): Promise<void> {
    const subject = { kind: "confirmation", of: userId } as const;
    const verdict = await attempts.take(subject);
    if (!verdict.allowed) {
      await tellLocked(context, subject);
      throw accountError("TOO_MANY_ATTEMPTS", verdict);
    }
    const account = await context.context.internalAdapter.findCredentialAccount(userId);
    const hash = account?.password;
    const isRight = hash
      ? await verifyPassword({ hash, password }).catch(async (error: unknown) => {
          await attempts.giveBack(subject); // nobody has looked at it
          throw error;
        })
      : false;
    if (!isRight) {
      if (verdict.locks) await tellLocked(context, subject);
      throw accountError("INVALID_PASSWORD");
    }
    await attempts.clear(subject);
  }
}
