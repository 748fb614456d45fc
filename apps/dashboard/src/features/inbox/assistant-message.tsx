import type { AnswerOutcome, Citation, Message } from "@parley/contracts";
import { ChevronDown, Sparkles } from "lucide-react";
import { useCallback, useId, useMemo, useState } from "react";
import { classNames } from "../../components/class-names.ts";
import { Moment } from "../../components/moment.tsx";
import { AnswerText } from "./answer-text.tsx";
import { CitationChip, useCitation } from "./citation-chip.tsx";
import { MessageFrame } from "./message-frame.tsx";
import { PinAnswer } from "./pin-answer.tsx";
import { placeOf } from "./place-of.ts";
import { Receipt } from "./receipt.tsx";
import { VoteTag } from "./vote-tag.tsx";

const outcomes: Record<AnswerOutcome, { label: string; look: string } | null> = {
  answered: null,
  unknown: { label: "Did not know", look: "bg-sunken text-ink-soft" },
  partial: { label: "Cut off", look: "bg-warn-soft text-warn" },
  failed: { label: "Failed", look: "bg-bad-soft text-bad" },
};

/** An answer of the assistant's, what it rests on, and its receipt. */
export function AssistantMessage({ message }: { message: Message }) {
  const { id, text, citations, outcome, runId, createdAt } = message;
  const [receiptShown, setReceiptShown] = useState(false);
  const receiptId = useId();
  const byNumber = useMemo(() => new Map(citations.map((citation) => [citation.number, citation])), [citations]);
  const isCited = useCallback((number: number) => byNumber.has(number), [byNumber]);
  const renderChip = useCallback(
    (number: number) => <CitationChip messageId={id} number={number} title={byNumber.get(number)?.title ?? ""} />,
    [byNumber, id],
  );
  const badge = outcome && outcomes[outcome];
  return (
    <MessageFrame
      look="assistant"
      footer={
        <>
          <div className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 px-1.5 text-xs text-ink-soft">
            {badge && (
              <span className={classNames("rounded-full px-2 py-0.5 font-medium", badge.look)}>{badge.label}</span>
            )}
            <VoteTag message={message} />
            <span className="flex items-center gap-1">
              <Sparkles aria-hidden className="size-3.5 text-accent" />
              Assistant
            </span>
            · <Moment at={createdAt} />
            {runId && <PinAnswer message={message} />}
            {runId && (
              <button
                type="button"
                aria-expanded={receiptShown}
                aria-controls={receiptShown ? receiptId : undefined}
                onClick={() => setReceiptShown(!receiptShown)}
                className="-my-1 flex items-center gap-1 rounded-md px-1.5 py-1 font-medium text-accent-ink hover:bg-hover"
              >
                Receipt
                <ChevronDown
                  aria-hidden
                  className={classNames("size-3.5 transition-transform", receiptShown && "rotate-180")}
                />
              </button>
            )}
          </div>
          {runId && receiptShown && <Receipt id={receiptId} runId={runId} />}
        </>
      }
    >
      <AnswerText text={text} isCited={isCited} renderChip={renderChip} />
      {citations.length > 0 && (
        <ul aria-label="Sources" className="mt-2.5 flex flex-wrap gap-1.5 border-t border-accent-line pt-2.5">
          {citations.map((citation) => (
            <li key={citation.number} className="max-w-full">
              <Source messageId={id} citation={citation} />
            </li>
          ))}
        </ul>
      )}
    </MessageFrame>
  );
}

/** A cited passage by its document's title and its nearest heading. */
function Source({ messageId, citation }: { messageId: string; citation: Citation }) {
  const { number, title, headingPath } = citation;
  const { open, toggle } = useCitation(messageId, number);
  return (
    <button
      type="button"
      onClick={toggle}
      aria-expanded={open}
      className={classNames(
        "flex max-w-full items-center gap-1.5 rounded-lg py-0.5 ps-1 pe-2 text-xs transition-colors",
        open ? "bg-mark text-mark-ink" : "text-ink-soft hover:bg-hover hover:text-ink",
      )}
    >
      <span aria-hidden className="citation-chip">
        {number}
      </span>
      <span className="sr-only">Open source {number}:</span>
      <span className="truncate" dir="auto">
        {placeOf(title, headingPath)}
      </span>
    </button>
  );
}
