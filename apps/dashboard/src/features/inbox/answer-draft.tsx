import type { AnswerSoFar } from "@parley/contracts";
import { Sparkles } from "lucide-react";
import { AnswerText } from "./answer-text.tsx";
import { MessageFrame } from "./message-frame.tsx";

const anyNumber = () => true;
const quietChip = (number: number) => <span className="citation-chip ms-1">{number}</span>;

/** The answer that the assistant is writing, as far as it has come. Its citations open once it is whole. */
export function AnswerDraft({ answer }: { answer: AnswerSoFar }) {
  return (
    <MessageFrame
      look="draft"
      footer={
        <p className="flex items-center gap-1 px-1.5 text-xs text-ink-soft">
          <Sparkles aria-hidden className="size-3.5 text-accent" />
          Assistant is writing…
        </p>
      }
    >
      {answer.text ? (
        <AnswerText text={answer.text} isCited={anyNumber} renderChip={quietChip} />
      ) : (
        <span aria-hidden className="typing-dots">
          <span />
          <span />
          <span />
        </span>
      )}
    </MessageFrame>
  );
}
