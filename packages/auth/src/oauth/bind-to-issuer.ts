import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import { withoutSlash } from "./discover.ts";

/** By what an account of the provider is known whose address is configured freely: another issuer's same subject is another person. */
export const accountKey = (issuer: string, subject: string): string => JSON.stringify([withoutSlash(issuer), subject]);

/**
 * Accounts of earlier releases, known by the subject alone or by the issuer with a slash at its end, are of the issuer that is configured
 * now. Where one person has several, as after a release that was taken back and came again, the one that counts already is kept: the
 * others open nothing, and must not become some later issuer's.
 *
 * @throws what the database throws
 */
export async function bindToIssuer(db: Database, issuer: string): Promise<void> {
  const before = (name: string) => sql`${`${JSON.stringify([name]).slice(0, -1)},`}::text`;
  const [bound, slashed] = [before(withoutSlash(issuer)), before(`${withoutSlash(issuer)}/`)];
  await db.authDatabase().execute(sql`
    with former as (
        select id, account_id not like '["%' as bare, ${bound} || case
          when starts_with(account_id, ${slashed}) then substr(account_id, length(${slashed}) + 1)
          else to_json(account_id) || ']' end as key
        from auth.account
        where provider_id = 'oidc' and (account_id not like '["%' or starts_with(account_id, ${slashed}))),
      ranked as (
        select id, key, row_number() over (partition by key order by bare) = 1
          and not exists (select from auth.account a where a.provider_id = 'oidc' and a.account_id = key) as counts
        from former),
      superseded as (delete from auth.account where id in (select id from ranked where not counts))
    update auth.account a set account_id = r.key from ranked r where r.id = a.id and r.counts`);
}
