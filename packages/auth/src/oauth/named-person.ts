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
      select user_id as id, 1 as rank from auth.account where provider_id = ${provider} and account_id = ${account}
      union all
      select id, 2 from auth."user" where email = ${email?.toLowerCase() ?? null}
      order by rank limit 1`),
  );
  return rows[0] && UserId.parse(rows[0].id);
}
