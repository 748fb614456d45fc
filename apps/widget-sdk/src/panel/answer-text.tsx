import type { Citation } from "@parley/contracts";
import { parseMarkdown } from "@parley/ui/markdown/parse-markdown";
import { splitCitations } from "@parley/ui/markdown/split-citations";
import { useMemo } from "preact/hooks";
import { strings } from "../strings.ts";
import { Markdown } from "./markdown.tsx";

type AnswerTextProps = {
  text: string;
  /** Undefined while the answer is being written: then its markers are numbers that lead nowhere yet. */
  citations: readonly Citation[] | undefined;
  onOpen?: ((number: number) => void) | undefined;
};

/** What the assistant says, its citation markers as numbers that open what they cite. */
export function AnswerText({ text, citations, onOpen }: AnswerTextProps) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const cited = (number: number) => citations?.find((citation) => citation.number === number);
  return (
    <Markdown
      blocks={blocks}
      text={({ value }, isLink) =>
        isLink
          ? value
          : splitCitations(value, (number) => !citations || cited(number) !== undefined).map((part) =>
              typeof part === "string" ? part : <CitationChip number={part} citation={cited(part)} onOpen={onOpen} />,
            )
      }
    />
  );
}

/** Keeps a number on the line of what it supports. */
const wordJoiner = "\u2060";

function CitationChip({
  number,
  citation,
  onOpen,
}: {
  number: number;
  citation: Citation | undefined;
  onOpen: ((number: number) => void) | undefined;
}) {
  const title = citation && placeOf(citation).join(" › ");
  return (
    <>
      {wordJoiner}
      {title && onOpen ? (
        <button
          type="button"
          class="chip"
          title={title}
          aria-label={strings.source(number, title)}
          onClick={() => onOpen(number)}
        >
          {number}
        </button>
      ) : (
        <span class="chip">{number}</span>
      )}
    </>
  );
}

/** The title and the headings on the way to the passage; the title once, where the document's first heading repeats it. */
export function placeOf({ title, headingPath }: Pick<Citation, "title" | "headingPath">): string[] {
  return [title, ...headingPath.filter((heading, index) => index > 0 || heading !== title)];
}
