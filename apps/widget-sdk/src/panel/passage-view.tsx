import type { CitedPassage, Message } from "@parley/contracts";
import { markSpan } from "@parley/ui/markdown/mark-span";
import type { Text } from "@parley/ui/markdown/markdown-tree";
import { parseMarkdown } from "@parley/ui/markdown/parse-markdown";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatDate } from "../format-time.ts";
import { codeOf } from "../session/widget-api.ts";
import { errorText, strings } from "../strings.ts";
import { placeOf } from "./answer-text.tsx";
import { Icon } from "./icons.tsx";
import { Markdown } from "./markdown.tsx";

type PassageViewProps = {
  message: Message;
  number: number;
  getCitedPassage(message: Message, number: number): Promise<CitedPassage>;
  onBack(): void;
};

/** The document that an answer cites, at the very passage, in the version that was cited. */
export function PassageView({ message, number, getCitedPassage, onBack }: PassageViewProps) {
  const citation = message.citations.find((known) => known.number === number);
  const [passage, setPassage] = useState<CitedPassage>();
  const [failure, setFailure] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  const back = useRef<HTMLButtonElement>(null);

  useEffect(() => back.current?.focus(), []);
  useEffect(() => {
    let isCurrent = true;
    setFailure(undefined);
    getCitedPassage(message, number).then(
      (found) => isCurrent && setPassage(found),
      (error: unknown) => isCurrent && setFailure(codeOf(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [message.id, number, attempt]);

  const [title, ...path] = citation ? placeOf(citation) : [];
  return (
    <section class="passage" aria-labelledby="passage-title">
      <header class="passage-head">
        <button
          type="button"
          class="icon-button"
          ref={back}
          aria-label={strings.back}
          title={strings.back}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
        <div class="passage-name">
          <h2 id="passage-title" dir="auto">
            <span class="chip">{number}</span> {title}
          </h2>
          {path.length > 0 && (
            <p class="path" dir="auto">
              {path.join(" › ")}
            </p>
          )}
        </div>
      </header>
      {failure ? (
        <div class="state" role="alert">
          <p>{errorText(failure)}</p>
          <button type="button" class="button" onClick={() => setAttempt(attempt + 1)}>
            {strings.tryAgain}
          </button>
        </div>
      ) : passage ? (
        <Passage passage={passage} />
      ) : (
        <div class="state" role="status">
          {strings.loadingPassage}
        </div>
      )}
    </section>
  );
}

function Passage({ passage }: { passage: CitedPassage }) {
  const page = useRef<HTMLElement>(null);
  const { text, textStart, mediaType } = passage;
  const span = { start: passage.start - textStart, end: passage.end - textStart };
  const blocks = useMemo(() => (mediaType === "text/markdown" ? parseMarkdown(text) : undefined), [text, mediaType]);
  const marked = (node: Text) =>
    markSpan(node, span).map((part) => (part.marked ? <mark>{part.value}</mark> : part.value));

  useLayoutEffect(() => {
    const element = page.current;
    const first = element?.querySelector("mark");
    if (!element || !first) return;
    // A third down, so that what comes before the passage can be seen.
    const offset = first.getBoundingClientRect().top - element.getBoundingClientRect().top;
    element.scrollTop += offset - element.clientHeight / 3;
  }, [passage]);

  return (
    <>
      <p class="edition">
        {strings.version(passage.version, formatDate(passage.verifiedAt))}{" "}
        {passage.address && (
          <a href={passage.address} target="_blank" rel="noopener noreferrer nofollow">
            {strings.openPage}
          </a>
        )}
      </p>
      {passage.superseded && <p class="banner">{strings.superseded}</p>}
      {passage.removed && <p class="banner">{strings.removed}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it can be scrolled with the keys */}
      <section class="page" ref={page} tabIndex={0} aria-label={strings.passage}>
        <div class={`prose ${textStart > 0 ? "cut" : ""}`} dir="auto" lang="">
          {blocks ? (
            <Markdown blocks={blocks} text={marked} />
          ) : (
            <p class="plain">{marked({ type: "text", start: 0, end: text.length, value: text })}</p>
          )}
        </div>
      </section>
    </>
  );
}
