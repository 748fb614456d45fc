import type { MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { members } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { revokeApiKeysOf } from "../api-keys/revoke-api-key.ts";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { releaseConversations } from "../conversations/release-conversations.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, getActor, lockMembers } from "../tenants/acting-member.ts";
import { may } from "../tenants/permissions.ts";
import { getMember, keepAnOwner } from "./member-rows.ts";
import { revokeInvitationsOf } from "./revoke-invitation.ts";

/**
 * Ends a membership. From the commit on the member's requests are refused and their sockets get closed; their conversations wait for
 * a colleague, what they wrote keeps their name, and the API keys that they made, and so have seen, are revoked. Only owners remove an owner; whoever removes themselves leaves.
 *
 * @throws AppError `auth.forbidden`, `member.last_owner`; `member.not_found`, also when it was done already
 */
export async function removeMember(tx: TenantTransaction, actor: Actor, memberId: MemberId): Promise<void> {
  await lockMembers(tx);
  const by = await getActor(tx, actor);
  const member = await getMember(tx, memberId);
  const leaves = member.id === by.id;
  if (!leaves) {
    if (!may(by.role, "members.manage")) throw new AppError("auth.forbidden");
    if (member.role === "owner" && !may(by.role, "owners.manage")) throw new AppError("auth.forbidden");
  }
  await keepAnOwner(tx, member);
  await tx.update(members).set({ removedAt: sql`now()` }).where(eq(members.id, member.id));
  await releaseConversations(tx, member.id);
  await revokeInvitationsOf(tx, actor, member, undefined);
  await revokeApiKeysOf(tx, actor, member.id);
  await announce(tx, { type: "member.removed", memberId: member.id });
  await recordAudit(tx, {
    action: leaves ? "member.left" : "member.removed",
    actor: { kind: "member", id: by.id },
    target: { kind: "member", id: member.id },
    ip: actor.ip,
    details: { role: member.role },
  });
}
