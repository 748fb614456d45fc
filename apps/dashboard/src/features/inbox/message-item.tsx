import type { MemberId, Message } from "@parley/contracts";
import { memo } from "react";
import { Moment } from "../../components/moment.tsx";
import { AssistantMessage } from "./assistant-message.tsx";
import { MessageFrame, WrittenText } from "./message-frame.tsx";
import { NoticeLine } from "./notice-line.tsx";

type MessageItemProps = { message: Message; contactName: string; me: { id: MemberId } };

/** One stored message. */
export const MessageItem = memo(function MessageItem({ message, contactName, me }: MessageItemProps) {
  const { author, authorName, memberId, notice, text, createdAt } = message;
  if (author === "assistant") return <AssistantMessage message={message} />;
  if (author === "system") return notice && <NoticeLine message={message} notice={notice} />;
  const name = author === "contact" ? contactName : memberId === me.id ? "You" : (authorName ?? "A member");
  return (
    <MessageFrame
      look={author}
      footer={
        <p className="px-1.5 text-xs text-ink-soft">
          <span dir="auto">{name}</span> · <Moment at={createdAt} />
        </p>
      }
    >
      <WrittenText text={text} />
    </MessageFrame>
  );
});
