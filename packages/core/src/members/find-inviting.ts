import type { Database } from "@parley/db";
import { invitations, tenants } from "@parley/db/schema";
import { and, eq } from "drizzle-orm";
import { isNotOver, isOpen } from "./invitation-rows.ts";
import { hashToken, tenantOfToken } from "./invitation-token.ts";

/** What the workspace is called that invites somebody with this address, in small letters; undefined when none does so by this token. */
export async function findInviting(db: Database, email: string, token: string): Promise<string | undefined> {
  const tenantId = tenantOfToken(token);
  if (!tenantId) return undefined;
  const which = and(eq(invitations.tokenSha256, hashToken(token)), eq(invitations.email, email), isOpen, isNotOver);
  const [inviting] = await db.read(tenantId, (read) =>
    read
      .select({ name: tenants.name })
      .from(invitations)
      .innerJoin(tenants, eq(tenants.tenantId, invitations.tenantId))
      .where(which),
  );
  return inviting?.name;
}
