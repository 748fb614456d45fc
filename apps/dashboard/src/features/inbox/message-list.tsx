import type { ConversationState, LocalMessage } from "@parley/client";
import type { MemberId, Message, MessageId } from "@parley/contracts";
import { ArrowDown } from "lucide-react";
import { Fragment } from "react";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { AnswerDraft } from "./answer-draft.tsx";
import { DaySeparator } from "./day-separator.tsx";
import { MessageItem } from "./message-item.tsx";
import { UnsentMessage } from "./unsent-message.tsx";
import { useStickToEnd } from "./use-stick-to-end.ts";

type MessageListProps = {
  state: ConversationState;
  contactName: string;
  me: { id: MemberId; name: string };
  /** Why messages were not sent. */
  failures: ReadonlyMap<MessageId, unknown>;
  onRetry: (message: LocalMessage) => void;
  onDiscard: (id: MessageId) => void;
};

/** The conversation, oldest message first. It stays at its end while one reads there, and where one is otherwise. */
export function MessageList({ state, contactName, me, failures, onRetry, onDiscard }: MessageListProps) {
  const { messages, local, answer } = state;
  const { scroller, content, atEnd, scrollToEnd } = useStickToEnd(local.at(-1)?.id);
  return (
    <div className="relative min-h-0 grow">
      <div
        ref={scroller}
        role="log"
        aria-label="Messages"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto -outline-offset-2"
      >
        <div ref={content} className="mx-auto flex min-h-full max-w-215 flex-col gap-4 px-4 py-6 md:px-8">
          {messages.map((message, index) => (
            <Fragment key={message.id}>
              {isNewDay(messages[index - 1], message) && <DaySeparator at={message.createdAt} />}
              <MessageItem message={message} contactName={contactName} me={me} />
            </Fragment>
          ))}
          {answer && (
            // A screen reader tells of the answer once, when it is a message: not of every word on the way.
            <div aria-live="off">
              <AnswerDraft answer={answer} />
            </div>
          )}
          {local.map((message) => (
            <UnsentMessage
              key={message.id}
              message={message}
              failure={failures.get(message.id)}
              onRetry={() => onRetry(message)}
              onDiscard={() => onDiscard(message.id)}
            />
          ))}
        </div>
      </div>
      <Button
        onClick={scrollToEnd}
        inert={atEnd}
        className={classNames(
          "absolute inset-x-0 bottom-3 mx-auto w-fit !rounded-full transition-opacity",
          atEnd && "opacity-0",
        )}
      >
        <ArrowDown aria-hidden className="size-4" />
        To the newest
      </Button>
    </div>
  );
}

function isNewDay(before: Message | undefined, message: Message): boolean {
  return !before || new Date(before.createdAt).toDateString() !== new Date(message.createdAt).toDateString();
}

export function MessagesSkeleton() {
  return (
    <div role="status" className="mx-auto w-full max-w-215 grow space-y-6 px-8 py-8">
      <span className="sr-only">Loading messages</span>
      <Skeleton className="h-11 w-1/2 !rounded-bubble" />
      <Skeleton className="ms-auto h-24 w-2/3 !rounded-bubble" />
      <Skeleton className="h-11 w-2/5 !rounded-bubble" />
      <Skeleton className="ms-auto h-16 w-3/5 !rounded-bubble" />
    </div>
  );
}
