import type { MemberId } from "@parley/contracts";
import { Link } from "@tanstack/react-router";
import { Reply } from "lucide-react";
import { Age } from "../../components/age.tsx";
import { Avatar } from "../../components/avatar.tsx";
import { contactLabel } from "./contact-label.ts";
import { ownerOf } from "./owner-of.ts";
import { OwnerTag } from "./owner-tag.tsx";
import { previewOf } from "./preview-of.ts";
import type { ConversationSummary } from "./use-conversation-list.ts";

type ConversationRowProps = { conversation: ConversationSummary; me: MemberId };

/** A conversation in the list: who, what was said last and when, and who has it. */
export function ConversationRow({ conversation, me }: ConversationRowProps) {
  const { id, contactId, contactName, lastMessage, lastMessageAt } = conversation;
  const owner = ownerOf(conversation, me);
  // Somebody has it, and the contact said the last word.
  const owesReply = owner.kind === "me" && lastMessage?.author === "contact";
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId: id }}
      search={({ view }) => (view ? { view } : {})}
      data-conversation={id}
      className="group relative flex gap-3 rounded-xl px-3 py-3 transition-colors hover:bg-hover"
      activeProps={{ className: "!bg-accent-soft" }}
      activeOptions={{ includeSearch: false }}
    >
      <Avatar name={contactName} personId={contactId} size="large" />
      <div className="min-w-0 grow">
        <div className="flex items-baseline gap-2">
          <span className="truncate font-semibold" dir="auto">
            {contactLabel(conversation)}
          </span>
          <Age at={lastMessageAt} className="ms-auto shrink-0 text-xs text-ink-soft tabular-nums" />
        </div>
        <p className="mt-0.5 flex items-center gap-1.5 text-sm text-ink-soft">
          <LastAuthor author={lastMessage?.author} />
          <span className="truncate" dir="auto">
            {lastMessage ? previewOf(lastMessage.text) : "No messages yet"}
          </span>
        </p>
        <div className="mt-1.5 flex items-center justify-between gap-2">
          <OwnerTag owner={owner} />
          {owesReply && (
            <span className="shrink-0 rounded-full bg-warn-soft px-2 py-0.5 text-2xs font-semibold text-warn">
              Reply due
            </span>
          )}
        </div>
      </div>
    </Link>
  );
}

/** Marks that the last word was ours. */
function LastAuthor({ author }: { author: NonNullable<ConversationSummary["lastMessage"]>["author"] | undefined }) {
  if (author !== "assistant" && author !== "member") return null;
  return (
    <>
      <Reply aria-hidden className="size-3.5 shrink-0 rtl:-scale-x-100" />
      <span className="sr-only">{author === "assistant" ? "Assistant:" : "Member:"}</span>
    </>
  );
}
