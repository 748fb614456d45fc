import { randomUUID } from "node:crypto";
import { accountEndpoints, UserId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import type { Afterwards } from "../afterwards.ts";
import { alreadySignedUpMail, verifyAddressMail } from "../mail/account-mails.ts";
import { consumeToken, findToken, issueToken } from "../mail/mail-token.ts";
import { hashPassword, verifyPassword } from "../passwords/hash-password.ts";
import { judgePassword } from "../passwords/judge-password.ts";
import { parseEmail, parseName } from "../profile/names.ts";
import { insertSession } from "../sessions/insert-session.ts";
import { lockPerson } from "../sessions/lock-person.ts";
import type { Workspaces } from "./workspaces.ts";

export type SignUpRules = {
  /** `invited`: whoever has the secret of an invitation; `closed`: nobody. */
  who: "open" | "invited" | "closed";
  /** What the workspace is called that invites this address by it; undefined when none does. */
  findInviting?(email: string, invitation: string): Promise<string | undefined>;
};

type Options = {
  db: Database;
  mail: AccountMail;
  links: Links;
  rules: SignUpRules;
  workspaces: Workspaces;
  afterwards: Afterwards;
  onEvent: OnAccountEvent;
};

type Person = { id: string; name: string };

/**
 * Signing up, and confirming the address. Until it is confirmed nobody signs in and no workspace exists, so a stranger's address makes
 * nothing but a mail; and it is confirmed by whoever has both its mail and the password, so that nobody takes over a login that
 * somebody else prepared for them.
 */
export function signUp({ db, mail, links, rules, workspaces, afterwards, onEvent }: Options) {
  const mayJoin = (inviting: string | undefined): boolean =>
    rules.who === "open" || (rules.who === "invited" && inviting !== undefined);

  async function sendLink(tx: TenantTransaction, email: string, { id, name }: Person): Promise<void> {
    const token = await issueToken(tx, { purpose: "verify_email", userId: id });
    await mail.send(tx, verifyAddressMail({ to: email, name, url: links.verifyEmail(token) }));
  }

  /** The newest sign-up counts, until one is confirmed. @returns undefined when somebody has confirmed the address */
  async function keepSignUp(
    tx: TenantTransaction,
    { name, email, workspace, hash }: { name: string; email: string; workspace: string | null; hash: string },
  ): Promise<Person | undefined> {
    const tenantId = workspace === null ? null : randomUUID();
    const { rows } = await tx.execute<Person>(sql`
      insert into auth."user" as known
        (id, name, email, email_verified, created_at, updated_at, sign_up_workspace, sign_up_tenant_id)
      values (${randomUUID()}, ${name}, ${email}, false, now(), now(), ${workspace}, ${tenantId})
      on conflict (email) do update set name = excluded.name, updated_at = now(),
        sign_up_workspace = excluded.sign_up_workspace, sign_up_tenant_id = excluded.sign_up_tenant_id
      where not known.email_verified
      returning id, name`);
    const [person] = rows;
    if (!person) return undefined;
    await tx.execute(sql`
      insert into auth.account (id, account_id, provider_id, user_id, password, created_at, updated_at)
      values (${randomUUID()}, ${person.id}, 'credential', ${person.id}, ${hash}, now(), now())
      on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = now()`);
    return person;
  }

  const signUpEmail = createAuthEndpoint(
    "/sign-up/email",
    { method: "POST", body: accountEndpoints["POST /api/auth/sign-up/email"].body },
    async ({ body }) => {
      // Who was invited gets a place, and no workspace of their own.
      if (body.workspace !== undefined && body.invitation !== undefined) throw accountError("INVALID_REQUEST");
      const email = parseEmail(body.email);
      const name = parseName(body.name);
      const workspace = body.workspace === undefined ? null : parseName(body.workspace);
      const inviting = body.invitation === undefined ? undefined : await rules.findInviting?.(email, body.invitation);
      if (!mayJoin(inviting)) throw accountError("SIGN_UP_CLOSED");
      // The names of the workspace that is to be made, and of the one that invites, are tried by whoever knows them.
      const fault = judgePassword(body.password, { known: [name, email, workspace ?? "", inviting ?? ""] });
      if (fault) throw accountError(fault);
      const hash = await hashPassword(body.password);
      await db.transaction("auth", async (tx) => {
        const person = await keepSignUp(tx, { name, email, workspace, hash });
        if (person) return sendLink(tx, email, person);
        const { rows } = await tx.execute<Person>(sql`select id, name from auth."user" where email = ${email}`);
        if (rows[0]) await mail.send(tx, alreadySignedUpMail({ to: email, name: rows[0].name, url: links.signIn }));
      });
      return { status: true };
    },
  );

  const sendVerificationEmail = createAuthEndpoint(
    "/send-verification-email",
    { method: "POST", body: accountEndpoints["POST /api/auth/send-verification-email"].body },
    async ({ body }) => {
      const email = parseEmail(body.email);
      afterwards.run(() =>
        db.transaction("auth", async (tx) => {
          const { rows } = await tx.execute<Person>(sql`
            select id, name from auth."user" where email = ${email} and not email_verified for update`);
          if (rows[0]) await sendLink(tx, email, rows[0]);
        }),
      );
      return { status: true };
    },
  );

  const verifyEmail = createAuthEndpoint(
    "/verify-email",
    { method: "POST", body: accountEndpoints["POST /api/auth/verify-email"].body },
    async (context) => {
      const { token, password } = context.body;
      const { internalAdapter } = context.context;
      const found = await db.transaction("auth", (tx) => findToken(tx, "verify_email", token));
      if (!found) throw accountError("INVALID_TOKEN");
      const account = await internalAdapter.findCredentialAccount(found.userId);
      if (!account?.password || !(await verifyPassword({ hash: account.password, password }))) {
        throw accountError("INVALID_EMAIL_OR_PASSWORD");
      }
      const known = account.password;
      const origin = originOf(context.headers);
      const session = await db.transaction("auth", async (tx) => {
        await lockPerson(tx, found.userId);
        if (!(await consumeToken(tx, "verify_email", token))) throw accountError("INVALID_TOKEN");
        // A sign-up that came meanwhile has another password, and with it another link.
        const { rows } = await tx.execute(sql`
          update auth."user" u set email_verified = true, updated_at = now() from auth.account a
          where u.id = ${found.userId} and a.user_id = u.id and a.provider_id = 'credential' and a.password = ${known}
          returning u.id`);
        if (rows.length === 0) throw accountError("INVALID_TOKEN");
        return insertSession(tx, { userId: found.userId, origin, secondFactor: false });
      });
      await workspaces.finish(found.userId, origin.ip);
      const user = await internalAdapter.findUserById(found.userId);
      if (!user) throw new APIError("INTERNAL_SERVER_ERROR");
      await setSessionCookie(context, { session, user });
      await onEvent({ type: "user.signed_up", userId: found.userId, ...origin });
      await onEvent({ type: "email.verified", userId: found.userId, ...origin });
      await onEvent({ type: "user.signed_in", userId: found.userId, ...origin });
      return { status: true };
    },
  );

  // Under the names of Better Auth's own endpoints, whose places they take.
  return {
    id: "parley-sign-up",
    endpoints: { signUpEmail, sendVerificationEmail, verifyEmail },
    hooks: {
      after: [
        {
          matcher: () => true,
          // Whoever signs in finds the workspace that they signed up for, also if a process died before it was made.
          handler: createAuthMiddleware(async ({ context, headers }) => {
            if (!context.newSession) return;
            await workspaces.finish(UserId.parse(context.newSession.user.id), originOf(headers).ip);
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin;
}
