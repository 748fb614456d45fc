import { Link } from "@tanstack/react-router";
import { classNames } from "../../components/class-names.ts";
import { QuoteList } from "./quote-list.tsx";
import type { ChangedAnswer } from "./use-changes.ts";

const labels: Record<ChangedAnswer["change"], { label: string; look: string; rank: number }> = {
  red: { label: "Turns red", look: "bg-bad-soft text-bad", rank: 0 },
  still_red: { label: "Stays red", look: "bg-bad-soft text-bad", rank: 1 },
  green: { label: "Turns green", look: "bg-good-soft text-good", rank: 2 },
  reads_otherwise: { label: "Reads otherwise", look: "bg-warn-soft text-warn", rank: 3 },
  first: { label: "Asked for the first time", look: "bg-sunken text-ink-soft", rank: 4 },
};

/** The answers that change, those that turn red first: each as it is, and as it will be. */
export function ChangedAnswers({ answers }: { answers: readonly ChangedAnswer[] }) {
  if (answers.length === 0) return <p className="text-sm text-ink-soft">No answer changes.</p>;
  const sorted = [...answers].sort((a, b) => labels[a.change].rank - labels[b.change].rank);
  return (
    <ul aria-label="Answers that change" className="space-y-3">
      {sorted.map((answer) => (
        <li key={answer.testId}>
          <Changed answer={answer} />
        </li>
      ))}
    </ul>
  );
}

function Changed({ answer: { testId, question, change, before, after } }: { answer: ChangedAnswer }) {
  const { label, look } = labels[change];
  return (
    <details
      open={change === "red"}
      className="group rounded-card border border-line bg-surface shadow-xs open:shadow-sm"
    >
      <summary className="flex cursor-pointer items-center gap-3 rounded-card px-4 py-3 md:px-5">
        <span className="min-w-0 grow font-medium wrap-anywhere" dir="auto">
          {question}
        </span>
        <span className={classNames("rounded-full px-2.5 py-1 text-xs font-medium whitespace-nowrap", look)}>
          {label}
        </span>
      </summary>
      <div className="grid grid-cols-1 gap-4 border-t border-line px-4 py-4 md:grid-cols-2 md:px-5">
        <Side title="Now" given={before} />
        <Side title="With these changes" given={after} />
      </div>
      <p className="px-4 pb-4 text-sm md:px-5">
        <Link to="/tests/$testId" params={{ testId }} className="link">
          The test
        </Link>
      </p>
    </details>
  );
}

function Side({ title, given }: { title: string; given: ChangedAnswer["after"] | undefined }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="mb-2 text-xs font-semibold text-ink-soft">{title}</h3>
      {given ? (
        <>
          <p className="text-sm wrap-anywhere whitespace-pre-line" dir="auto">
            {given.answer}
          </p>
          <QuoteList label={`Sources: ${title}`} quotes={given.citations} />
        </>
      ) : (
        <p className="text-sm text-ink-soft">It was not asked yet.</p>
      )}
    </section>
  );
}
