import type { ConversationState, LocalMessage } from "@parley/client";
import type { AnswerSoFar, Message } from "@parley/contracts";

/** What stands in the conversation, from top to bottom. A key stays the same while a message is sent, or an answer written. */
export type TimelineItem = { key: string } & (
  | { type: "time"; at: string }
  | { type: "notice"; message: Message }
  /** `isFirst` of several by the same author; `isLast` of all that was said. */
  | { type: "message"; message: Message; isFirst: boolean; isLast: boolean }
  | { type: "local"; message: LocalMessage }
  | { type: "draft"; answer: AnswerSoFar; isFirst: boolean }
);

/** After a pause of this length the time is told again. */
const pauseMs = 30 * 60_000;

export function timelineOf({ messages, local, answer }: ConversationState): TimelineItem[] {
  const items: TimelineItem[] = [];
  const said = messages.filter(({ author }) => author !== "system");
  const last = local.length > 0 ? undefined : said.at(-1);
  let before: Message | undefined;
  for (const message of messages) {
    if (!before || Date.parse(message.createdAt) - Date.parse(before.createdAt) > pauseMs) {
      items.push({ type: "time", key: `time ${message.id}`, at: message.createdAt });
      before = undefined;
    }
    if (message.author === "system") {
      items.push({ type: "notice", key: message.id, message });
    } else {
      const isFirst = before?.author !== message.author || before.authorName !== message.authorName;
      items.push({ type: "message", key: message.runId ?? message.id, message, isFirst, isLast: message === last });
    }
    before = message;
  }
  for (const message of local) items.push({ type: "local", key: message.id, message });
  if (answer) {
    const isFirst = local.length > 0 || before?.author !== "assistant";
    items.push({ type: "draft", key: answer.runId, answer, isFirst });
  }
  return items;
}

/** The draft without what may yet become a citation: a marker that has not arrived whole. */
export function withoutHalfMarker(text: string): string {
  return text.replace(/ ?\[\d{0,3}$/, "");
}
