import { accountEndpoints, type Links as LinksAnswer, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { sql } from "drizzle-orm";
import { accountError } from "../account-error.ts";
import { type OnAccountEvent, originOf } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import { accountUnlinkedMail } from "../mail/account-mails.ts";
import { currentSession, requireFreshSession } from "../sessions/current-session.ts";
import { lockPersonOf } from "../sessions/lock-person.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { withoutSlash } from "./discover.ts";
import type { SignInProvider } from "./openid-provider.ts";

type Options = {
  db: Database;
  sessions: Sessions;
  mail: AccountMail;
  links: Links;
  providers: readonly Pick<SignInProvider, "id" | "name" | "issuer">[];
  /** As people call a provider. */
  nameOf(provider: string): string;
  onEvent: OnAccountEvent;
};

/** `provider` is the issuer, where somebody is known by another one than the freely configured one. */
type Way = { id: string; provider: string; hasPassword: boolean };

/** The ways into an account, and how one of them is closed; the last that works stays open. */
export function accountLinks({ db, sessions, mail, links, providers, nameOf, onEvent }: Options) {
  const issuer = withoutSlash(providers.find(({ id }) => id === "oidc")?.issuer ?? "");
  const waysOf = (userId: string) => sql`
    select id, password is not null as "hasPassword", coalesce(
      nullif(rtrim(case when provider_id = 'oidc' and account_id like '["%' then account_id::jsonb ->> 0 end, '/'), ${issuer}),
      provider_id) as provider
    from auth.account where user_id = ${userId}`;

  const listLinks = createAuthEndpoint(
    "/links",
    { method: "GET", use: [sessionMiddleware] },
    async (context): Promise<LinksAnswer> => {
      const { rows } = await db.read("auth", (read) => read.execute<Way>(waysOf(context.context.session.user.id)));
      const linked = new Set(rows.map(({ provider }) => provider).filter((provider) => provider !== "credential"));
      // One that is configured no more opens nothing, but can still be taken away.
      const known = [...providers.map(({ id }) => id), ...linked];
      return {
        password: rows.some(({ hasPassword }) => hasPassword),
        providers: [...new Set(known)].map((id) => ({
          ...{ id, name: nameOf(id), linked: linked.has(id) },
          configured: providers.some((provider) => provider.id === id),
        })),
      };
    },
  );

  const removeLink = createAuthEndpoint(
    "/links/remove",
    { method: "POST", body: accountEndpoints["POST /api/auth/links/remove"].body },
    async (context) => {
      const { provider } = context.body;
      const found = currentSession();
      if (!found) throw accountError("UNAUTHORIZED");
      const { user, session } = found;
      const token = await db.transaction("auth", async (tx) => {
        await lockPersonOf(tx, found);
        const { rows } = await tx.execute<Way>(sql`${waysOf(user.id)} order by id`);
        const closed = rows.filter((way) => way.provider === provider && way.provider !== "credential");
        if (closed.length === 0) throw accountError("NOT_LINKED");
        const opens = (way: Way) => way.hasPassword || providers.some(({ id }) => id === way.provider);
        if (!rows.some((way) => opens(way) && !closed.includes(way))) throw accountError("LAST_WAY_IN");
        // Only now: whoever comes with the token that another removal has just replaced is told what that one has left, as every
        // session may see, and not to prove who they are for what can't be done anyway.
        requireFreshSession();
        for (const { id } of closed) await tx.execute(sql`delete from auth.account where id = ${id}`);
        // Whoever got in by it is out, also by half; this browser goes on, with another token. The challenge first: whoever is just making
        // a session of one has it by then, or comes too late.
        await tx.execute(sql`delete from auth.challenge where user_id = ${user.id}`);
        await tx.execute(sql`delete from auth.session where user_id = ${user.id} and id <> ${session.id}`);
        const renewed = await sessions.renewIn(tx, found);
        if (!renewed) throw accountError("UNAUTHORIZED");
        const { email, name } = user;
        await mail.send(
          tx,
          accountUnlinkedMail({ to: email, name, provider: nameOf(provider), url: links.forgotPassword }),
        );
        return renewed;
      });
      const { name, attributes } = context.context.authCookies.sessionToken;
      await context.setSignedCookie(name, token, context.context.secret, attributes);
      await onEvent({ type: "account.unlinked", userId: user.id, ...originOf(context.headers) });
      return { status: true };
    },
  );

  /** Tells of a provider that was linked to an account that was there before; the mail was ordered with the link. */
  async function tellLinked(userId: string, headers: Headers | undefined): Promise<void> {
    const { rows } = await db.read("auth", (read) =>
      read.execute<{ isNew: boolean }>(sql`
        select count(*) = 1 as "isNew" from auth.account where user_id = ${userId}`),
    );
    if (rows[0]?.isNew) return;
    await onEvent({ type: "account.linked", userId: UserId.parse(userId), ...originOf(headers) });
  }

  return {
    id: "parley-links",
    endpoints: { listLinks, removeLink },
    init: () => ({
      options: {
        databaseHooks: {
          account: {
            create: {
              async after({ userId, providerId }, context) {
                if (context && providerId !== "credential") await tellLinked(userId, context.headers);
              },
            },
          },
        },
      },
    }),
  } satisfies BetterAuthPlugin;
}
