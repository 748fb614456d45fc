import type { Text } from "@parley/ui/markdown/markdown-tree";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, Quote } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import { classNames } from "../../components/class-names.ts";
import { Markdown } from "../../components/markdown.tsx";
import { HeadingPath } from "./heading-path.tsx";
import { pagePhrase } from "./page-phrase.ts";
import { splitAtSpans } from "./split-at-spans.ts";
import type { ExplainedPassage, ExplainedSearch } from "./use-explained-search.ts";

type FoundPassageProps = { passage: ExplainedPassage } & Pick<ExplainedSearch, "words">;

/** A passage that was found, with what its place in the order came from. */
export function FoundPassage({ passage, words }: FoundPassageProps) {
  const { number, documentId, title, path, version, ordinal, headingPath, pages, quotes } = passage;
  return (
    <li className="overflow-hidden rounded-card border border-line bg-surface shadow-xs">
      <article aria-label={`Passage ${number}`}>
        <header className="flex items-start gap-3 px-4 pt-4 md:px-5">
          <span className="citation-chip mt-0.5" aria-hidden>
            {number}
          </span>
          <div className="min-w-0 grow">
            <h3 className="font-medium wrap-anywhere" dir="auto">
              {title}
            </h3>
            <HeadingPath path={headingPath} />
            <p className="mt-0.5 text-xs text-ink-soft wrap-anywhere">
              <span className="font-mono" dir="ltr">
                {path}
              </span>
              {pages && ` · ${pagePhrase(pages)}`}
            </p>
          </div>
          <Link
            to="/knowledge/$documentId"
            params={{ documentId }}
            search={{ version, chunk: ordinal }}
            className="link flex shrink-0 items-center gap-1 text-sm"
          >
            Open
            <span className="sr-only"> passage {number} in its document</span>
            <ArrowUpRight aria-hidden className="size-3.5 rtl:-scale-x-100" />
          </Link>
        </header>
        <div className="grid gap-x-6 gap-y-3 px-4 pt-3 pb-4 md:grid-cols-[minmax(0,1fr)_17rem] md:px-5">
          <div className="min-w-0 text-sm">
            {quotes.length > 0 && (
              <p className="mb-2 flex items-center gap-1.5 text-xs font-medium text-accent-ink">
                <Quote aria-hidden className="size-3.5" />
                Would be cited
              </p>
            )}
            <PassageText passage={passage} />
          </div>
          <Scores passage={passage} words={words} />
        </div>
      </article>
    </li>
  );
}

function PassageText({ passage }: { passage: ExplainedPassage }) {
  const { text, start, mediaType, marks, quotes } = passage;
  const renderText = useCallback(
    (node: Text): ReactNode => {
      const inVersion = { ...node, start: node.start + start, end: node.end + start };
      return splitAtSpans(inVersion, { marks, quotes }).map(({ start: at, value, kinds }) => {
        const word = kinds.includes("marks") ? <b className="asked-word">{value}</b> : value;
        return kinds.includes("quotes") ? <mark key={at}>{word}</mark> : <span key={at}>{word}</span>;
      });
    },
    [start, marks, quotes],
  );
  return mediaType === "text/markdown" ? (
    <Markdown source={text} renderText={renderText} />
  ) : (
    <p className="whitespace-pre-wrap wrap-anywhere" dir="auto">
      {renderText({ type: "text", start: 0, end: text.length, value: text })}
    </p>
  );
}

function Scores({ passage, words }: FoundPassageProps) {
  const { number, chunkId, score, fused, lexical, cosine, bestSentence } = passage;
  const held = words
    .flatMap(({ word, shares }) => ({ word, share: shares[chunkId] ?? 0 }))
    .filter(({ share }) => share);
  return (
    <dl className="h-fit space-y-1.5 rounded-control border border-line p-3 text-sm md:space-y-2.5">
      <Score name="Score" value={score} of={number} isMain>
        What the order goes by
      </Score>
      <Score name="Words" value={lexical} of={number} isOfThisPassage>
        {held.length === 0
          ? "None of the question's words is in it"
          : held.map(({ word, share }) => `${word} ${share.toFixed(2)}`).join(" · ")}
      </Score>
      <Score name="Meaning" value={cosine} of={number}>
        How near it is to what was meant
      </Score>
      <Score name="Both" value={fused} of={number}>
        Words and meaning together
      </Score>
      <Score name="Sentence" value={bestSentence?.rating ?? 0} of={number}>
        {bestSentence ? "Most of the question in one sentence" : "No sentence has any of it"}
      </Score>
    </dl>
  );
}

type ScoreProps = {
  name: string;
  value: number;
  of: number;
  isMain?: boolean;
  isOfThisPassage?: boolean;
  children: ReactNode;
};

function Score({ name, value, of, isMain = false, isOfThisPassage = false, children }: ScoreProps) {
  return (
    <div>
      <dt className="flex items-center gap-2">
        <span className={isMain ? "grow font-semibold" : "grow"}>{name}</span>
        <meter
          min={0}
          max={1}
          value={Math.max(0, value)}
          aria-label={`${name} of passage ${of}`}
          className="score-meter"
        />
        <span className="w-9 text-end tabular-nums">{value.toFixed(2)}</span>
      </dt>
      {/* What is the same everywhere takes no room on a phone. */}
      <dd
        className={classNames("text-xs text-ink-soft wrap-anywhere", !isOfThisPassage && "max-md:sr-only")}
        dir="auto"
      >
        {children}
      </dd>
    </div>
  );
}
