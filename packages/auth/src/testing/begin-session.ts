import { randomUUID } from "node:crypto";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";

/** A session of a user of its own, for what looks at sessions without signing in. @returns its id */
export async function beginSession(db: Database): Promise<string> {
  const id = randomUUID();
  await db.authDatabase().execute(sql`
    with somebody as (
      insert into auth."user" (id, name, email, email_verified, created_at, updated_at)
      values (${id}, 'Ada', ${`${id}@example.com`}, true, now(), now()) returning id)
    insert into auth.session (id, token, user_id, expires_at, created_at, updated_at)
    select id, ${randomUUID()}, id, now(), now(), now() from somebody`);
  return id;
}

/** As somebody does who ends it on another device. */
export async function endSession(db: Database, id: string): Promise<void> {
  await db.authDatabase().execute(sql`delete from auth.session where id = ${id}`);
}

/** As if so much time had passed without activity. @param id the session's, or its user's for all of theirs */
export async function letIdle(db: Database, id: string, time: string): Promise<void> {
  await db.authDatabase().execute(sql`
    update auth.session set active_at = active_at - ${time}::interval, created_at = created_at - ${time}::interval
    where ${id} in (id, user_id)`);
}

/** As if the half minute were over in which a token that was replaced lets requests through. */
export async function letFormerTokensEnd(db: Database, userId: string): Promise<void> {
  await db.authDatabase().execute(sql`
    update auth.session set former_until = former_until - interval '31 seconds' where user_id = ${userId}`);
}

/** As if the user had signed in everywhere with a second factor. */
export async function markSecondFactor(db: Database, userId: string): Promise<void> {
  await db.authDatabase().execute(sql`update auth.session set second_factor = true where user_id = ${userId}`);
}
