import type { Message, MessageId, Vote } from "@parley/contracts";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatTime } from "../format-time.ts";
import type { SessionState } from "../session/session.ts";
import { strings } from "../strings.ts";
import { Answer } from "./answer.tsx";
import { Icon } from "./icons.tsx";
import { ContactMessage, MemberMessage } from "./message-view.tsx";
import { NoticeLine } from "./notice.tsx";
import { type TimelineItem, timelineOf, withoutHalfMarker } from "./timeline.ts";

type MessageListProps = {
  state: SessionState;
  /** What stands before the first message. */
  children: ComponentChildren;
  onRetry(id: MessageId): void;
  onRemove(id: MessageId): void;
  onHandOff(): void;
  onOpenCitation(message: Message, number: number): void;
  onVote(message: Message, vote: Vote | null): Promise<unknown>;
};

/** So near to the end, in pixels, a reader counts as being there. */
const nearEnd = 48;

export function MessageList({ state, children, ...on }: MessageListProps) {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [hasMoreBelow, setMoreBelow] = useState(false);
  const ownMessages = useRef(0);

  const scrollToEnd = () => {
    const element = list.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
    if (isAtEnd.current) setMoreBelow(false);
  };

  // Whoever reads at the end stays at the end; whoever reads further up is left there and told. What one writes oneself is shown.
  useLayoutEffect(() => {
    if (state.local.length > ownMessages.current) isAtEnd.current = true;
    ownMessages.current = state.local.length;
    if (isAtEnd.current) scrollToEnd();
    else setMoreBelow(true);
  }, [state.messages, state.local, state.answer]);

  // The keyboard of a phone, or a longer text in the composer, takes room from the list.
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) scrollToEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return (
    <div class="list-frame">
      <div
        class="list"
        ref={list}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={strings.conversation}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled with the keys
        tabIndex={0}
      >
        {children}
        {timelineOf(state).map((item) => (
          <Item key={item.key} item={item} state={state} {...on} />
        ))}
      </div>
      {hasMoreBelow && (
        <button type="button" class="jump" onClick={scrollToEnd}>
          <Icon name="down" />
          {strings.newMessages}
        </button>
      )}
    </div>
  );
}

function Item({ item, state, ...on }: { item: TimelineItem } & Omit<MessageListProps, "children">) {
  const assistantName = state.inbox?.assistantName ?? strings.assistantRole;
  const contact = (id: MessageId) => ({
    state,
    onRetry: () => on.onRetry(id),
    onRemove: () => on.onRemove(id),
  });
  switch (item.type) {
    case "time":
      return <div class="time">{formatTime(item.at, new Date())}</div>;
    case "notice":
      return <NoticeLine message={item.message} />;
    case "local":
      return <ContactMessage text={item.message.text} local={item.message} {...contact(item.message.id)} />;
    case "draft":
      return <Answer name={assistantName} text={withoutHalfMarker(item.answer.text)} isFirst={item.isFirst} />;
    case "message": {
      const { message, isFirst, isLast } = item;
      if (message.author === "contact") return <ContactMessage text={message.text} {...contact(message.id)} />;
      if (message.author === "member") return <MemberMessage message={message} isFirst={isFirst} />;
      const mayHandOff = isLast && state.conversation?.status === "pending";
      return (
        <Answer
          name={assistantName}
          text={message.text}
          isFirst={isFirst}
          message={message}
          onHandOff={mayHandOff ? on.onHandOff : undefined}
          onOpen={(number) => on.onOpenCitation(message, number)}
          onVote={(vote) => on.onVote(message, vote)}
        />
      );
    }
  }
}
