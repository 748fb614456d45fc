import type { CitedQuote } from "@parley/contracts";
import { Link } from "@tanstack/react-router";
import { classNames } from "../../components/class-names.ts";
import { previewOf } from "../inbox/preview-of.ts";

type QuoteListProps = { label: string; quotes: readonly CitedQuote[]; missing?: readonly number[] };

/** Places that an answer rests on, with their words; those that are missing are marked. */
export function QuoteList({ label, quotes, missing = [] }: QuoteListProps) {
  if (quotes.length === 0) return <p className="mt-3 text-sm text-ink-soft">It cites nothing.</p>;
  return (
    <ul aria-label={label} className="mt-3 space-y-2">
      {quotes.map(({ documentId, title, headingPath, text, start, documentVersionId }, index) => {
        const isMissing = missing.includes(index);
        return (
          <li
            key={`${documentVersionId} ${start}`}
            className={classNames(
              "rounded-control border px-3 py-2 text-sm",
              isMissing ? "border-bad-line bg-bad-soft" : "border-line",
            )}
          >
            <p className="flex flex-wrap justify-between gap-x-2 text-xs text-ink-soft">
              <Link
                to="/knowledge/$documentId"
                params={{ documentId }}
                className="underline underline-offset-2"
                dir="auto"
              >
                {[title, ...headingPath.filter((heading) => heading !== title)].join(" › ")}
              </Link>
              {isMissing && <strong className="font-semibold text-bad">Not cited any more</strong>}
            </p>
            <p className="mt-1 line-clamp-6 wrap-anywhere" dir="auto">
              {previewOf(text)}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
