import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { eq, inArray } from "drizzle-orm";
import { user } from "./accounts-schema.ts";

export type Login = { id: UserId; email: string; emailVerified: boolean };

/** The logins that have one of the ids; in no order. */
export async function findLogins(db: Database, ids: readonly UserId[]): Promise<Login[]> {
  if (ids.length === 0) return [];
  const { id, email, emailVerified } = user;
  const rows = await db.read("auth", (read) =>
    read
      .select({ id, email, emailVerified })
      .from(user)
      .where(inArray(id, [...ids])),
  );
  return rows.map((row) => ({ ...row, id: UserId.parse(row.id) }));
}

/** Who has the address, whichever way it is written: accounts keep it in small letters. */
export async function findLoginByEmail(db: Database, email: string): Promise<Login | undefined> {
  const [row] = await db.read("auth", (read) =>
    read
      .select({ id: user.id, email: user.email, emailVerified: user.emailVerified })
      .from(user)
      .where(eq(user.email, email.toLowerCase())),
  );
  return row && { ...row, id: UserId.parse(row.id) };
}
