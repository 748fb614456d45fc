import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { getOAuthState } from "better-auth/api";
import { sql } from "drizzle-orm";

/** Whom a provider has named, by the account there that they are known by. It lets nobody in: that is looked at elsewhere. */
type NamedPerson = { provider: string; account: string; email: string | undefined };

const noted = new WeakMap<object, NamedPerson>();

/** Keeps for the callback that is under way whom the provider names: no hook is told. */
export async function noteNamedPerson(named: NamedPerson): Promise<void> {
  const state = await getOAuthState();
  if (state) noted.set(state, named);
}

export async function namedPerson(): Promise<NamedPerson | undefined> {
  const state = await getOAuthState();
  return state ? noted.get(state) : undefined;
}

/** Whose account a provider's word was about: who is linked to that account there, or has the address, which need not be vouched for. */
export async function findNamedUser(
  db: Database,
  { provider, account, email }: NamedPerson,
): Promise<UserId | undefined> {
  const { rows } = await db.read("auth", (read) =>
    read.execute<{ id: string }>(sql`
      select u.id from auth."user" u
      left join auth.account a on a.user_id = u.id and a.provider_id = ${provider} and a.account_id = ${account}
      where a.id is not null or u.email = ${email?.toLowerCase() ?? null} order by a.id is null limit 1`),
  );
  return rows[0] && UserId.parse(rows[0].id);
}
