import { useNow } from "../../components/age.tsx";
import { askedPerWeek } from "./asked-per-week.ts";
import type { GapDetail } from "./use-gaps.ts";

/** How often it was asked, week by week, and whether that ended when the article was published. */
export function AskedChart({ gap: { questions, publishedAt } }: { gap: GapDetail }) {
  const weeks = askedPerWeek(questions, publishedAt, useNow());
  const most = Math.max(1, ...weeks.map(({ before, since }) => before + since));
  const total = (of: "before" | "since") => weeks.reduce((sum, week) => sum + week[of], 0);
  const summary =
    publishedAt === null
      ? `Asked ${times(total("before"))} in the last 12 weeks`
      : `Asked ${times(total("before"))} before the article was published, and ${total("since") === 0 ? "not once" : times(total("since"))} since`;
  const height = (count: number) => `${(100 * count) / most}%`;
  return (
    <figure className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <figcaption className="text-sm font-medium">{summary}</figcaption>
      <div aria-hidden className="mt-4 flex h-24 items-end gap-1 border-b border-line">
        {weeks.map(({ startMs, before, since }) => (
          <div
            key={startMs}
            title={`${before + since} in the week from ${new Date(startMs).toLocaleDateString()}`}
            className="flex h-full min-w-0 flex-1 flex-col justify-end"
          >
            <div className="rounded-t-sm bg-bad" style={{ height: height(since) }} />
            <div className="rounded-t-sm bg-accent" style={{ height: height(before) }} />
          </div>
        ))}
      </div>
      <p aria-hidden className="mt-1.5 flex justify-between text-xs text-ink-soft">
        <span>12 weeks ago</span>
        <span>now</span>
      </p>
    </figure>
  );
}

const times = (count: number) => (count === 1 ? "once" : `${count} times`);
