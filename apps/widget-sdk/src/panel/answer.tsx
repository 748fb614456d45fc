import type { Message, Vote } from "@parley/contracts";
import { useRef, useState } from "preact/hooks";
import { strings } from "../strings.ts";
import { AnswerText, placeOf } from "./answer-text.tsx";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icons.tsx";

type AnswerProps = {
  name: string;
  text: string;
  isFirst: boolean;
  /** Once it is complete. Until then the same element shows the draft, so that nothing jumps. */
  message?: Message;
  /** Offered under an answer that did not help. */
  onHandOff?: (() => void) | undefined;
  onOpen?: (number: number) => void;
  onVote?: (vote: Vote | null) => Promise<unknown>;
};

export function Answer({ name, text, isFirst, message, onHandOff, onOpen, onVote }: AnswerProps) {
  const outcome = message?.outcome;
  const helped = !outcome || outcome === "answered";
  return (
    <div class={`message answer ${helped ? "" : "unhelpful"}`} aria-busy={!message}>
      {isFirst && (
        <div class="author">
          <Avatar />
          <strong>{name}</strong>
          <span class="tag">{strings.ai}</span>
        </div>
      )}
      {text ? (
        <div class="prose" dir="auto" lang="">
          <AnswerText text={text} citations={message?.citations} onOpen={onOpen} />
        </div>
      ) : (
        !message && <Typing name={name} />
      )}
      {message && message.citations.length > 0 && onOpen && onVote && (
        <>
          <Sources citations={message.citations} onOpen={onOpen} />
          <Votes known={message.vote} onVote={onVote} />
        </>
      )}
      {onHandOff && !helped && (
        <div class="offer">
          <span>{strings.handOffOffer[outcome]}</span>
          <button type="button" class="button" onClick={onHandOff}>
            <Icon name="person" />
            {strings.handOff}
          </button>
        </div>
      )}
    </div>
  );
}

function Typing({ name }: { name: string }) {
  return (
    <div class="typing" role="img" aria-label={strings.typing(name)}>
      <i />
      <i />
      <i />
    </div>
  );
}

/** Whether it helped. What is pressed again is taken back. */
function Votes({ known, onVote }: { known: Vote | null; onVote: NonNullable<AnswerProps["onVote"]> }) {
  const [vote, setVote] = useState(known);
  const [failed, setFailed] = useState(false);
  const stored = useRef(known);
  const presses = useRef(0);
  const button = (way: Vote) => (
    <button
      type="button"
      class="icon-button"
      aria-pressed={vote === way}
      aria-label={strings[way]}
      title={strings[way]}
      onClick={() => {
        const next = vote === way ? null : way;
        const press = ++presses.current;
        setVote(next);
        setFailed(false);
        // They end in their order. What is wanted by now, only the last one may change.
        onVote(next).then(
          () => {
            stored.current = next;
          },
          () => {
            if (press < presses.current) return;
            setVote(stored.current);
            setFailed(true);
          },
        );
      }}
    >
      <Icon name="thumb" />
    </button>
  );
  return (
    <div class="votes">
      {button("up")}
      {button("down")}
      <span role="status">{failed && strings.failed}</span>
    </div>
  );
}

function Sources({ citations, onOpen }: { citations: Message["citations"]; onOpen: (number: number) => void }) {
  return (
    <div class="sources">
      <span class="label">{strings.sources}</span>
      <ul>
        {citations.map((citation) => (
          <li key={citation.number}>
            <button type="button" onClick={() => onOpen(citation.number)}>
              <span class="chip">{citation.number}</span>
              <span class="place" dir="auto">
                {placeOf(citation).join(" › ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
