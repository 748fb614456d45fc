import { findLogins } from "@parley/auth";
import type { InvitationId, MemberId, Role, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { invitations, members } from "@parley/db/schema";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import { isNotOver, isOpen } from "./invitation-rows.ts";

export type ListedMember = {
  id: MemberId;
  name: string;
  /** Null when the login is gone. */
  email: string | null;
  role: Role;
  joinedAt: string;
};

export type ListedInvitation = {
  id: InvitationId;
  email: string;
  role: Role;
  invitedBy: string;
  sentAt: string;
  expiresAt: string;
  /** Can't be accepted any more: send it again, or revoke it. */
  isOver: boolean;
};

/** More are not shown; a workspace of this size wants a directory. */
const mostListed = 1_000;

/** Everybody who belongs to the tenant, those who came first at the top. */
export async function listMembers(db: Database, tenantId: TenantId): Promise<ListedMember[]> {
  const rows = await db.read(tenantId, (read) =>
    read
      .select()
      .from(members)
      .where(isNull(members.removedAt))
      .orderBy(asc(members.createdAt), asc(members.name), asc(members.id))
      .limit(mostListed),
  );
  const logins = await findLogins(
    db,
    rows.map(({ userId }) => userId),
  );
  const emails = new Map(logins.map(({ id, email }) => [id, email]));
  return rows.map(({ id, name, role, userId, createdAt }) => ({
    id,
    name,
    email: emails.get(userId) ?? null,
    role,
    joinedAt: createdAt.toISOString(),
  }));
}

/** Invitations that are neither accepted nor revoked, the newest at the top. */
export async function listInvitations(db: Database, tenantId: TenantId): Promise<ListedInvitation[]> {
  const rows = await db.read(tenantId, (read) =>
    read
      .select({
        id: invitations.id,
        email: invitations.email,
        role: invitations.role,
        invitedBy: members.name,
        sentAt: invitations.sentAt,
        expiresAt: invitations.expiresAt,
        isOver: sql<boolean>`not (${isNotOver})`,
      })
      .from(invitations)
      .innerJoin(members, and(eq(members.tenantId, invitations.tenantId), eq(members.id, invitations.invitedBy)))
      .where(isOpen)
      .orderBy(desc(invitations.sentAt), asc(invitations.id))
      .limit(mostListed),
  );
  return rows.map(({ sentAt, expiresAt, ...row }) => ({
    ...row,
    sentAt: sentAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }));
}
