import { createHash, randomBytes } from "node:crypto";
import { UserId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { sql } from "drizzle-orm";

/** For how long a link of each kind works. */
export const linkMinutes = { verify_email: 60, reset_password: 30, change_email: 60 } as const;
export type LinkPurpose = keyof typeof linkMinutes;

type Transaction = Pick<TenantTransaction, "execute">;

const digestOf = (token: string) => createHash("sha256").update(token).digest("base64url");

/** Makes the secret of a link; an earlier one for the same purpose works no more. The database keeps its digest alone. */
export async function issueToken(
  tx: Transaction,
  { purpose, userId, newEmail = null }: { purpose: LinkPurpose; userId: string; newEmail?: string | null },
): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await tx.execute(sql`
    delete from auth.mail_token where (user_id = ${userId} and purpose = ${purpose}) or ends_at < now()`);
  await tx.execute(sql`
    insert into auth.mail_token (digest, purpose, user_id, new_email, ends_at)
    values (${digestOf(token)}, ${purpose}, ${userId}, ${newEmail}, now() + ${`${linkMinutes[purpose]} minutes`}::interval)`);
  return token;
}

type Found = { userId: UserId; newEmail: string | null };
type Row = { userId: string; newEmail: string | null };

/** Whose link it is, if it works; it goes on working. */
export async function findToken(tx: Transaction, purpose: LinkPurpose, token: string): Promise<Found | undefined> {
  const { rows } = await tx.execute<Row>(sql`
    select user_id as "userId", new_email as "newEmail" from auth.mail_token
    where digest = ${digestOf(token)} and purpose = ${purpose} and ends_at > now()`);
  return toFound(rows[0]);
}

/** The same, once: of two at the same time one gets it. It works again when the transaction fails. */
export async function consumeToken(tx: Transaction, purpose: LinkPurpose, token: string): Promise<Found | undefined> {
  const { rows } = await tx.execute<Row>(sql`
    delete from auth.mail_token
    where digest = ${digestOf(token)} and purpose = ${purpose} and ends_at > now()
    returning user_id as "userId", new_email as "newEmail"`);
  return toFound(rows[0]);
}

const toFound = (row: Row | undefined): Found | undefined =>
  row && { userId: UserId.parse(row.userId), newEmail: row.newEmail };
