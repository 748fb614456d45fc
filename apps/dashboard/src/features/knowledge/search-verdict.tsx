import { CircleCheck, CircleHelp, Hand } from "lucide-react";
import { classNames } from "../../components/class-names.ts";
import type { ExplainedPassage, ExplainedSearch } from "./use-explained-search.ts";

type Verdict = ExplainedSearch["verdict"];

const looks = {
  answered: { icon: CircleCheck, look: "text-good", says: "The built-in answerer would answer" },
  unknown: { icon: CircleHelp, look: "text-warn", says: "The built-in answerer would say that it doesn't know" },
  small_talk: { icon: Hand, look: "text-ink-soft", says: "The assistant would return the greeting, or the thanks" },
} satisfies Record<Verdict["outcome"], unknown>;

/** `most`: what it can come to, at about. */
const measures = {
  evidence: { says: "The evidence of the best sentence", most: 1.6 },
  meaning: { says: "How near the question of the nearest entry is, by its meaning,", most: 1 },
};

/** Whether there would be an answer, and by how much. */
export function SearchVerdict({ verdict, passages }: { verdict: Verdict; passages: readonly ExplainedPassage[] }) {
  const { outcome, measure } = verdict;
  const { icon: Icon, look, says } = looks[outcome];
  const quoted = passages.filter(({ quotes }) => quotes.length > 0);
  return (
    <section aria-label="Answer" className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <h2 className="flex items-start gap-2.5 font-semibold">
        <Icon aria-hidden className={classNames("mt-0.5 size-5 shrink-0", look)} />
        {says}
      </h2>
      {measure && (
        <>
          <Scale {...measure} />
          <p className="mt-2 text-sm text-ink-soft tabular-nums">
            {measures[measure.by].says} is {measure.value.toFixed(2)}; it takes {measure.needed.toFixed(2)}.
          </p>
        </>
      )}
      {quoted.length > 0 && (
        <p className="mt-2 text-sm">
          It would cite{" "}
          {quoted.length === 1
            ? `passage ${quoted[0]?.number}`
            : `passages ${quoted.map(({ number }) => number).join(" and ")}`}
          ; the quoted sentences are <mark>marked</mark>.
        </p>
      )}
      {outcome === "unknown" && !measure && (
        <p className="mt-2 text-sm text-ink-soft">None of the passages holds a sentence that could be quoted.</p>
      )}
      {outcome !== "small_talk" && (
        <p className="mt-2 text-sm text-ink-soft">
          A language model decides for itself, from the same passages; an answer of its that cites none is not shown.
        </p>
      )}
    </section>
  );
}

/** How far it came, and where an answer begins; the numbers stand below. */
function Scale({ by, value, needed }: NonNullable<Verdict["measure"]>) {
  const share = (of: number) => `${100 * Math.min(1, Math.max(0, of / measures[by].most))}%`;
  return (
    <div aria-hidden className="relative mt-4 h-2 rounded-full bg-sunken">
      <div
        className={classNames("h-full rounded-full", value >= needed ? "bg-accent" : "bg-edge-strong")}
        style={{ width: share(value) }}
      />
      <div className="absolute -inset-y-1 w-0.5 rounded-full bg-ink" style={{ insetInlineStart: share(needed) }} />
    </div>
  );
}
