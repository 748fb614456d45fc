import { accountEndpoints, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import { addressChangeAskedMail, addressChangedMail, confirmNewAddressMail } from "../mail/account-mails.ts";
import { consumeToken, findToken, issueToken } from "../mail/mail-token.ts";
import { verifyPassword } from "../passwords/hash-password.ts";
import { lockPassword } from "../passwords/lock-password.ts";
import { parseEmail } from "../profile/names.ts";
import { currentSession, requireFreshSession } from "../sessions/current-session.ts";
import { lockPerson } from "../sessions/lock-person.ts";

type Options = {
  db: Database;
  mail: AccountMail;
  links: Links;
  hasSecondFactor(userId: UserId): Promise<boolean>;
  onEvent: OnAccountEvent;
  /** The browser is one in which whoever has the address is signed in. */
  onKnown(context: GenericEndpointContext, email: string): Promise<void>;
};

/**
 * Another address: asked for with the password, beside a second factor with a fresh proof as well, confirmed from the new one, told to the
 * old one.
 */
export function changeEmail({ db, mail, links, hasSecondFactor, onEvent, onKnown }: Options) {
  const ask = createAuthEndpoint(
    "/change-email",
    { method: "POST", use: [sessionMiddleware], body: accountEndpoints["POST /api/auth/change-email"].body },
    async (context) => {
      const newEmail = parseEmail(context.body.newEmail);
      const { internalAdapter, session } = context.context;
      const { id, name, email } = session.user;
      // A password alone is less than what they signed in with.
      if (await hasSecondFactor(UserId.parse(id))) requireFreshSession();
      const account = await internalAdapter.findCredentialAccount(id);
      if (!account?.password || !(await verifyPassword({ hash: account.password, password: context.body.password }))) {
        throw accountError("INVALID_PASSWORD");
      }
      const hash = account.password;
      await db.transaction("auth", async (tx) => {
        await lockPassword(tx, { userId: id, hash });
        // Whether somebody has the address is not told: the link of one that is taken leads nowhere, so none is sent.
        const taken = await tx.execute(sql`select 1 from auth."user" where email = ${newEmail} and email_verified`);
        const token = await issueToken(tx, { purpose: "change_email", userId: id, newEmail });
        if (taken.rows.length === 0) {
          await mail.send(tx, confirmNewAddressMail({ to: newEmail, name, url: links.changeEmail(token) }));
        }
        await mail.send(tx, addressChangeAskedMail({ to: email, name, newEmail, url: links.forgotPassword }));
      });
      await onEvent({ type: "email.change_requested", userId: UserId.parse(id), ...originOf(context.headers) });
      return { status: true };
    },
  );

  const confirm = createAuthEndpoint(
    "/change-email/confirm",
    { method: "POST", body: accountEndpoints["POST /api/auth/change-email/confirm"].body },
    async (context) => {
      const { userId, newEmail } = await db.transaction("auth", async (tx) => {
        const whose = await findToken(tx, "change_email", context.body.token);
        if (whose) await lockPerson(tx, whose.userId);
        const found = await consumeToken(tx, "change_email", context.body.token);
        if (!found?.newEmail) throw accountError("INVALID_TOKEN");
        const { newEmail } = found;
        // A sign-up that nobody has confirmed holds no address.
        await tx.execute(sql`delete from auth."user" where email = ${newEmail} and not email_verified`);
        const { rows } = await tx.execute<{ name: string; former: string }>(sql`
          update auth."user" u set email = ${newEmail}, updated_at = now() from auth."user" before
          where u.id = ${found.userId} and before.id = u.id
            and not exists (select from auth."user" other where other.email = ${newEmail})
          returning u.name, before.email as former`);
        const [changed] = rows;
        if (!changed) throw accountError("INVALID_TOKEN");
        // What was sent to the old address opens nothing any more, no lock either.
        for (const table of ["mail_token", "unlock"])
          await tx.execute(sql`delete from auth.${sql.identifier(table)} where user_id = ${found.userId}`);
        await mail.send(tx, addressChangedMail({ to: changed.former, name: changed.name, newEmail }));
        return { userId: found.userId, newEmail };
      });
      // The browser that they are signed in with knows them by the new address, too.
      if (currentSession()?.user.id === userId) await onKnown(context, newEmail);
      await onEvent({ type: "email.changed", userId: UserId.parse(userId), ...originOf(context.headers) });
      return { status: true };
    },
  );

  // The first under the name of Better Auth's own endpoint, whose place it takes.
  return {
    id: "parley-change-email",
    endpoints: { changeEmail: ask, confirmEmailChange: confirm },
  } satisfies BetterAuthPlugin;
}
