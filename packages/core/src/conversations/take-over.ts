import type { Conversation, ConversationId, MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { members } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { may } from "../tenants/permissions.ts";
import { changeOwner } from "./advance.ts";
import { lockConversation, toConversation } from "./conversation-rows.ts";

/**
 * Gives the conversation to the member, from the assistant or from a colleague. From here on nothing of the assistant is said: its
 * run is discarded, and what it already streams belongs to an older ownership epoch. Taking over what is one's own changes nothing.
 *
 * @throws AppError `conversation.not_found`; `auth.forbidden` when the member was removed since, or may not answer any more
 */
export async function takeOver(
  tx: TenantTransaction,
  memberId: MemberId,
  conversationId: ConversationId,
): Promise<Conversation> {
  await holdMember(tx, memberId);
  const conversation = await lockConversation(tx, conversationId);
  if (!conversation) throw new AppError("conversation.not_found");
  if (conversation.status === "open" && conversation.assigneeId === memberId) return toConversation(conversation);
  const change = {
    status: "open",
    assigneeId: memberId,
    notice: "taken_over",
    by: memberId,
  } as const;
  return toConversation(await changeOwner(tx, conversation, change));
}

/** The member as they are now, and until the transaction ends: whoever ends a membership also takes the conversations from them. */
async function holdMember(tx: TenantTransaction, memberId: MemberId): Promise<void> {
  const [member] = await tx
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.id, memberId), isNull(members.removedAt)))
    .for("share");
  if (!member || !may(member.role, "conversations.answer")) throw new AppError("auth.forbidden");
}
