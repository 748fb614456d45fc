import type { Database } from "@parley/db";
import { invitations } from "@parley/db/schema";
import { and, eq } from "drizzle-orm";
import { isNotOver, isOpen } from "./invitation-rows.ts";
import { hashToken, tenantOfToken } from "./invitation-token.ts";

/** Whether somebody with this address, in small letters, could accept the invitation. */
export async function isInvited(db: Database, email: string, token: string): Promise<boolean> {
  const tenantId = tenantOfToken(token);
  if (!tenantId) return false;
  const which = and(eq(invitations.tokenSha256, hashToken(token)), eq(invitations.email, email), isOpen, isNotOver);
  return (await db.read(tenantId, (read) => read.$count(invitations, which))) > 0;
}
