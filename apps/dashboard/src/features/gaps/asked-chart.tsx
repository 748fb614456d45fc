import { useNow } from "../../components/age.tsx";
import { sinceThen, times } from "./times.ts";
import type { GapDetail } from "./use-gaps.ts";

const weekMs = 7 * 24 * 60 * 60_000;

/** How often it was left open, week by week, and what became of it when the article was published. */
export function AskedChart({ gap: { weeks, asked, askedSince, answeredSince, publishedAt } }: { gap: GapDetail }) {
  const now = useNow();
  const most = Math.max(1, ...weeks.map(({ before, since }) => before + since));
  const summary =
    publishedAt === null
      ? `Asked ${times(asked)}`
      : `Asked ${times(asked - askedSince)} before the article was published; since then ${sinceThen({ answeredSince, askedSince })}`;
  const height = (count: number) => `${(100 * count) / most}%`;
  return (
    <figure className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <figcaption className="text-sm font-medium">{summary}</figcaption>
      <div aria-hidden className="mt-4 flex h-24 items-end gap-1 border-b border-line">
        {weeks.map(({ before, since }, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a week is its place
            key={index}
            title={`${before + since} in the week from ${new Date(now - (weeks.length - index) * weekMs).toLocaleDateString()}`}
            className="flex h-full min-w-0 flex-1 flex-col justify-end"
          >
            <div className="rounded-t-sm bg-bad" style={{ height: height(since) }} />
            <div className="rounded-t-sm bg-accent" style={{ height: height(before) }} />
          </div>
        ))}
      </div>
      <p aria-hidden className="mt-1.5 flex justify-between text-xs text-ink-soft">
        <span>{weeks.length} weeks ago</span>
        <span>now</span>
      </p>
    </figure>
  );
}
