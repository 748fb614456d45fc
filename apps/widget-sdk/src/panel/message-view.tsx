import type { LocalMessage } from "@parley/client";
import type { Message } from "@parley/contracts";
import { parsePlainText } from "@parley/ui/markdown/parse-plain-text";
import type { SessionState } from "../session/session.ts";
import { errorText, strings } from "../strings.ts";
import { Avatar } from "./avatar.tsx";
import { Inlines } from "./markdown.tsx";

/** What a person typed: as it is, with its addresses as links. `dir` lets each message run in its own direction. */
function PlainText({ text }: { text: string }) {
  return (
    <p class="plain" dir="auto" lang="">
      <Inlines nodes={parsePlainText(text)} text={({ value }) => value} />
    </p>
  );
}

type ContactMessageProps = {
  text: string;
  /** While the server has not confirmed it. */
  local?: LocalMessage;
  state: Pick<SessionState, "isOnline" | "wait">;
  onRetry(): void;
  onRemove(): void;
};

export function ContactMessage({ text, local, state, onRetry, onRemove }: ContactMessageProps) {
  const isWaiting = local && !state.isOnline && !local.error;
  const isFailed = local?.status === "failed" && !isWaiting;
  return (
    <div class={`message contact ${isFailed ? "failed" : local ? "pending" : ""}`}>
      <span class="hidden">{strings.you}: </span>
      <PlainText text={text} />
      {isFailed && (
        <div class="delivery">
          <span>
            {strings.notSent} {local.error && errorText(local.error)}
          </span>
          <button type="button" class="text-button" onClick={onRetry}>
            {strings.tryAgain}
          </button>
          <button type="button" class="text-button" onClick={onRemove}>
            {strings.remove}
          </button>
        </div>
      )}
      {local && !isFailed && <div class="delivery">{isWaiting ? strings.waiting : strings.sending(state.wait)}</div>}
    </div>
  );
}

export function MemberMessage({ message, isFirst }: { message: Message; isFirst: boolean }) {
  const name = message.authorName ?? strings.aMember;
  return (
    <div class="message member">
      {isFirst && (
        <div class="author">
          <Avatar name={name} />
          <strong>{name}</strong>
        </div>
      )}
      <PlainText text={message.text} />
    </div>
  );
}
