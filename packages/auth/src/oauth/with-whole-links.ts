import type { Database, TenantTransaction } from "@parley/db";
import type { BetterAuthOptions, DBAdapter } from "better-auth";
import type { drizzleAdapter } from "better-auth/adapters/drizzle";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import { accountLinkedMail } from "../mail/account-mails.ts";
import { currentSession } from "../sessions/current-session.ts";
import { lockPersonOf } from "../sessions/lock-person.ts";

type MakeAdapter = (options: BetterAuthOptions) => DBAdapter<BetterAuthOptions>;
type Options = {
  db: Database;
  mail: AccountMail;
  links: Links;
  /** As people call the provider. */
  nameOf(provider: string): string;
};

/**
 * A provider is linked in the owner's session, which lasts, and the owner told of it by mail: all or nothing. Better Auth looks at the session a
 * moment before, when the password by which somebody got in who is not the owner may not be replaced yet. It makes new users in a
 * transaction of its own, which does not come by here; what does is a link to somebody who was there before.
 */
export function withWholeLinks(
  adapterOver: (database: Parameters<typeof drizzleAdapter>[0]) => MakeAdapter,
  { db, mail, links, nameOf }: Options,
): MakeAdapter {
  async function tell(tx: TenantTransaction, { userId, providerId }: Record<string, unknown>): Promise<void> {
    const { rows } = await tx.execute<{ email: string; name: string }>(sql`
      select email, name from auth."user" where id = ${userId}`);
    const [person] = rows;
    if (!person) throw new Error("a provider is to be linked to nobody");
    const { email, name } = person;
    const provider = nameOf(String(providerId));
    await mail.send(tx, accountLinkedMail({ to: email, name, provider, url: links.forgotPassword }));
  }

  return (options) => {
    const adapter = adapterOver(db.authDatabase())(options);
    const create: typeof adapter.create = (query) => {
      const data: Record<string, unknown> = query.data;
      if (query.model !== "account" || data.providerId === "credential") return adapter.create(query);
      const found = currentSession();
      if (!found || found.user.id !== data.userId) throw accountError("UNAUTHORIZED");
      return db.transaction("auth", async (tx) => {
        await lockPersonOf(tx, found);
        const created = await adapterOver(tx)(options).create(query);
        await tell(tx, data);
        return created as never;
      });
    };
    return { ...adapter, create };
  };
}
