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

/** The word before a number: the two stay on one line. */
const lastWord = /\S{1,24}$/;

/** What the assistant says, its citation markers as numbers that open what they cite. */
export function AnswerText({ text, citations, onOpen }: AnswerTextProps) {
  // Whatever its headings are called, they come next below the panel's own title.
  const blocks = useMemo(
    () => parseMarkdown(text).map((node) => (node.type === "heading" ? { ...node, level: 1 } : node)),
    [text],
  );
  const cited = (number: number) => citations?.find((citation) => citation.number === number);

  const withNumbers = (value: string) => {
    const parts = splitCitations(value, (number) => !citations || cited(number) !== undefined);
    return parts.map((part, index) => {
      if (typeof part === "string") return typeof parts[index + 1] === "number" ? part.replace(lastWord, "") : part;
      const before = parts[index - 1];
      return (
        <span class="keep">
          {typeof before === "string" && lastWord.exec(before)?.[0]}
          <Chip number={part} citation={cited(part)} onOpen={onOpen} />
        </span>
      );
    });
  };
  return <Markdown blocks={blocks} text={({ value }, isLink) => (isLink ? value : withNumbers(value))} />;
}

type ChipProps = { number: number; citation: Citation | undefined; onOpen: ((number: number) => void) | undefined };

function Chip({ number, citation, onOpen }: ChipProps) {
  if (!citation || !onOpen) return <span class="chip">{number}</span>;
  const title = placeOf(citation).join(" › ");
  return (
    <button
      type="button"
      class="chip"
      title={title}
      aria-label={strings.source(number, title)}
      onClick={() => onOpen(number)}
    >
      {number}
    </button>
  );
}

/** The title and the headings on the way to the passage; the title once, where the document's first heading repeats it. */
export function placeOf({ title, headingPath }: Pick<Citation, "title" | "headingPath">): string[] {
  return [title, ...headingPath.filter((heading, index) => index > 0 || heading !== title)];
}
