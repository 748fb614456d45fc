import { type SQL, sql } from "drizzle-orm";

/** A sign-up, the user `s`, that nobody has confirmed in a week: it is forgotten, name and address. Whom a provider vouches for stays. */
export const isForgottenSignUp: SQL = sql`(not s.email_verified and s.updated_at < now() - interval '7 days'
  and not exists (select from auth.account a where a.user_id = s.id and a.provider_id <> 'credential'))`;
