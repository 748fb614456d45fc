import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { classNames } from "../../components/class-names.ts";
import { useTRPC } from "../../trpc.ts";
import { type View, views } from "./inbox-search.ts";

const labels: Record<View, string> = { assistant: "Assistant", waiting: "Waiting", mine: "Mine", all: "All" };
const meanings: Record<View, string> = {
  assistant: "The assistant has them",
  waiting: "Waiting for a person",
  mine: "Assigned to you",
  all: "All conversations",
};

/** The views of the inbox, with how many conversations each holds. */
export function ViewTabs() {
  const trpc = useTRPC();
  const { view: chosen = "all" } = useSearch({ from: "/app/inbox" });
  const { data: counts } = useQuery(trpc.conversations.counts.queryOptions());
  return (
    <nav aria-label="Views" className="flex gap-0.5 rounded-xl bg-sunken p-1">
      {views.map((view) => {
        const count = view === "all" ? undefined : counts?.[view];
        return (
          <Link
            key={view}
            to="."
            search={view === "all" ? {} : { view }}
            title={meanings[view]}
            aria-current={view === chosen ? "page" : undefined}
            className={classNames(
              "flex h-8 grow items-center justify-center gap-1.5 rounded-lg px-2 text-sm font-medium transition-colors",
              view === chosen ? "bg-surface text-ink shadow-xs" : "text-ink-soft hover:text-ink",
            )}
          >
            {labels[view]}
            {count !== undefined && count > 0 && (
              <span
                className={classNames(
                  "text-xs tabular-nums",
                  view === "waiting" ? "rounded-full bg-warn-soft px-1.5 font-semibold text-warn" : "text-ink-soft",
                )}
              >
                {count}
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
