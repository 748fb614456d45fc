import { randomUUID } from "node:crypto";
import { accountEndpoints, UserId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import type { Afterwards } from "../afterwards.ts";
import type { Attempts } from "../lockout/attempts.ts";
import { passwordChangedMail, resetPasswordMail } from "../mail/account-mails.ts";
import { consumeToken, findToken, issueToken } from "../mail/mail-token.ts";
import { parseEmail } from "../profile/names.ts";
import { insertSession } from "../sessions/insert-session.ts";
import { lockPerson } from "../sessions/lock-person.ts";
import type { Workspaces } from "../sign-up/workspaces.ts";
import { hashPassword, verifyPassword } from "./hash-password.ts";
import { isShort, judgePassword } from "./judge-password.ts";
import { lockPassword } from "./lock-password.ts";

type Options = {
  db: Database;
  mail: AccountMail;
  links: Links;
  attempts: Attempts;
  workspaces: Workspaces;
  afterwards: Afterwards;
  /** Names of the workspaces that the user belongs to: easy to guess for whoever knows them. */
  namesAround(userId: UserId): Promise<string[]>;
  hasSecondFactor(userId: UserId): Promise<boolean>;
  onEvent: OnAccountEvent;
  /** The browser is one in which whoever has the address has shown that it is theirs. */
  onKnown(context: GenericEndpointContext, email: string): Promise<void>;
};

type Person = {
  id: string;
  name: string;
  email: string;
  /** The name of one that they signed up for and that is still to be made. */
  workspace?: string | null;
};

/** A new password: by a mailed link for who forgot the old one, or with the old one. */
export function passwords(options: Options) {
  const { db, mail, links, attempts, workspaces, afterwards, namesAround, hasSecondFactor, onEvent, onKnown } = options;
  /** @throws APIError with what is wrong with it */
  async function judge(password: string, { id, name, email, workspace }: Person): Promise<void> {
    const userId = UserId.parse(id);
    const [around, second] = [await namesAround(userId), await hasSecondFactor(userId)];
    const fault = judgePassword(password, {
      known: [name, email, workspace ?? "", ...around],
      hasSecondFactor: second,
    });
    if (fault) throw accountError(fault);
  }

  const personOf = async (tx: Pick<TenantTransaction, "execute">, userId: string): Promise<Person | undefined> =>
    (
      await tx.execute<Person>(sql`
        select id, name, email, sign_up_workspace as workspace from auth."user" where id = ${userId}`)
    ).rows[0];

  /** Holds off that the person's second factor is turned off meanwhile. @returns false when there is none */
  async function keepFactor(tx: TenantTransaction, userId: string): Promise<boolean> {
    const { rows } = await tx.execute(sql`
      select 1 from auth.factor where user_id = ${userId} and confirmed_at is not null for share`);
    return rows.length > 0;
  }

  /**
   * From now on this password alone: in no session that there was, half begun or whole, and in no browser that was trusted; links that were
   * sent before lead nowhere.
   *
   * @throws `PASSWORD_TOO_SHORT` when the second factor is gone beside which it would have been long enough
   */
  async function replace(
    tx: TenantTransaction,
    person: Person,
    { hash, short }: { hash: string; short: boolean },
  ): Promise<void> {
    if (short && !(await keepFactor(tx, person.id))) throw accountError("PASSWORD_TOO_SHORT");
    await tx.execute(sql`
      insert into auth.account (id, account_id, provider_id, user_id, password, password_short, created_at, updated_at)
      values (${randomUUID()}, ${person.id}, 'credential', ${person.id}, ${hash}, ${short}, now(), now())
      on conflict (provider_id, account_id) do update set password = excluded.password,
        password_short = excluded.password_short, updated_at = now()`);
    // The challenge first: whoever is just making a session of one has it by then, or comes too late.
    for (const table of ["challenge", "session", "trusted_device", "mail_token"])
      await tx.execute(sql`delete from auth.${sql.identifier(table)} where user_id = ${person.id}`);
    // Whoever is locked out of their second factor is so still, and keeps the way out.
    const factorLock = attempts.keyOf({ kind: "factor", of: person.id });
    await tx.execute(sql`delete from auth.unlock where user_id = ${person.id} and subject <> ${factorLock}`);
    await mail.send(tx, passwordChangedMail({ to: person.email, name: person.name, url: links.forgotPassword }));
  }

  /** Nothing happens where nobody has the address. */
  async function mailReset(email: string, origin: ReturnType<typeof originOf>): Promise<void> {
    const person = await db.transaction("auth", async (tx) => {
      const { rows } = await tx.execute<Person>(sql`
        select id, name, email from auth."user" where email = ${email} for update`);
      const [person] = rows;
      if (!person) return undefined;
      const token = await issueToken(tx, { purpose: "reset_password", userId: person.id });
      await mail.send(tx, resetPasswordMail({ to: email, name: person.name, url: links.resetPassword(token) }));
      return person;
    });
    const userId = person && UserId.parse(person.id);
    if (userId) await onEvent({ type: "password.reset_requested", userId, ...origin });
  }

  const requestPasswordReset = createAuthEndpoint(
    "/request-password-reset",
    { method: "POST", body: accountEndpoints["POST /api/auth/request-password-reset"].body },
    async ({ body, headers }) => {
      const email = parseEmail(body.email);
      const origin = originOf(headers);
      afterwards.run(() => mailReset(email, origin));
      return { status: true };
    },
  );

  const resetPassword = createAuthEndpoint(
    "/reset-password",
    { method: "POST", body: accountEndpoints["POST /api/auth/reset-password"].body },
    async (context) => {
      const { token, newPassword } = context.body;
      const person = await db.transaction("auth", async (tx) => {
        const found = await findToken(tx, "reset_password", token);
        return found && personOf(tx, found.userId);
      });
      if (!person) throw accountError("INVALID_TOKEN");
      await judge(newPassword, person);
      const hash = await hashPassword(newPassword);
      await db.transaction("auth", async (tx) => {
        await lockPerson(tx, person.id);
        if (!(await consumeToken(tx, "reset_password", token))) throw accountError("INVALID_TOKEN");
        await replace(tx, person, { hash, short: isShort(newPassword) });
        // Whoever opened the link has the address's mail.
        await tx.execute(sql`update auth."user" set email_verified = true, updated_at = now() where id = ${person.id}`);
      });
      const userId = UserId.parse(person.id);
      const origin = originOf(context.headers);
      // Nobody has guessed at this password yet; and here is somebody who knows it. A device's count goes for one password anyway.
      await attempts.clear({ kind: "account", of: person.email });
      await attempts.clear({ kind: "confirmation", of: person.id });
      await onKnown(context, person.email);
      await workspaces.finish(userId, origin.ip);
      await onEvent({ type: "password.reset", userId, ...origin });
      return { status: true };
    },
  );

  const changePassword = createAuthEndpoint(
    "/change-password",
    {
      method: "POST",
      use: [sessionMiddleware],
      body: accountEndpoints["POST /api/auth/change-password"].body,
    },
    async (context) => {
      const { currentPassword, newPassword } = context.body;
      const { internalAdapter, session } = context.context;
      const { user } = session;
      await judge(newPassword, user);
      const account = await internalAdapter.findCredentialAccount(user.id);
      if (!account?.password || !(await verifyPassword({ hash: account.password, password: currentPassword }))) {
        throw accountError("INVALID_PASSWORD");
      }
      const known = account.password;
      const hash = await hashPassword(newPassword);
      const origin = originOf(context.headers);
      // Here it goes on, as a new session.
      const renewed = await db.transaction("auth", async (tx) => {
        await lockPerson(tx, user.id);
        await lockPassword(tx, { userId: user.id, hash: known });
        await replace(tx, user, { hash, short: isShort(newPassword) });
        return insertSession(tx, { userId: user.id, origin, secondFactor: false });
      });
      await attempts.clear({ kind: "account", of: user.email });
      await setSessionCookie(context, { session: renewed, user });
      await onEvent({ type: "password.changed", userId: UserId.parse(user.id), ...origin });
      return { status: true };
    },
  );

  // Under the names of Better Auth's own endpoints, whose places they take.
  return {
    id: "parley-passwords",
    endpoints: { requestPasswordReset, resetPassword, changePassword },
  } satisfies BetterAuthPlugin;
}
