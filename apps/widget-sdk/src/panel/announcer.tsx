import { parseMarkdown } from "@parley/ui/markdown/parse-markdown";
import { plainText } from "@parley/ui/markdown/plain-text";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SessionState } from "../session/session.ts";
import { strings } from "../strings.ts";
import { noticeText } from "./notice.tsx";

/**
 * Tells a screen reader what came in, once and whole: a list that is read out while an answer grows in it would stutter. What is
 * there when the panel opens is not read out.
 */
export function Announcer({ state }: { state: SessionState }) {
  const { messages, answer, inbox } = state;
  const [text, setText] = useState("");
  const toldSeq = useRef<number>();
  const name = inbox?.assistantName ?? strings.assistantRole;

  useEffect(() => {
    const newest = messages.at(-1)?.seq ?? 0;
    const fresh = messages.filter(({ seq, author }) => seq > (toldSeq.current ?? newest) && author !== "contact");
    toldSeq.current = newest;
    if (fresh.length === 0) return;
    const lines = fresh.map((message) => {
      if (message.author === "system") return noticeText(message);
      if (message.author === "member") return strings.says(message.authorName ?? strings.aMember, message.text);
      return strings.says(name, plainText(parseMarkdown(message.text)));
    });
    setText(lines.join("\n"));
  }, [messages]);

  useEffect(() => {
    if (answer) setText(strings.typing(name));
  }, [answer?.runId]);

  return (
    <div class="hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
