import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { countPhrase } from "./count-phrase.ts";
import { crawlPhrase, isUnderWay } from "./crawl-phrase.ts";
import { sourceKinds } from "./source-kinds.ts";
import type { ListedSource } from "./use-sources.ts";

/** What is connected, and how far its documents have come. */
export function SourceList({ sources }: { sources: readonly ListedSource[] }) {
  return (
    <ul aria-label="Sources" className="grid gap-3 md:grid-cols-2">
      {sources.map((source) => (
        <li key={source.id}>
          <SourceCard source={source} />
        </li>
      ))}
    </ul>
  );
}

function SourceCard({ source }: { source: ListedSource }) {
  const { id, name, kind, site, lastCrawl, documents, isLeaving } = source;
  const { label, icon: Icon } = sourceKinds[kind];
  return (
    <div className="relative flex h-full items-center gap-3.5 rounded-card border border-line bg-surface px-4 py-3.5 shadow-xs transition-colors hover:bg-hover">
      <span className="grid size-10 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent-ink">
        <Icon aria-hidden className="size-5" strokeWidth={1.75} />
      </span>
      <div className="min-w-0 grow">
        <h3 className="truncate font-medium">
          <Link
            to="/knowledge/sources/$sourceId"
            params={{ sourceId: id }}
            dir="auto"
            className="outline-offset-[-2px] after:absolute after:inset-0 after:rounded-card"
          >
            {name}
          </Link>
        </h3>
        <p className="truncate text-xs text-ink-soft">
          {label}
          {site && ` · ${new URL(site.address).host}`}
        </p>
        {lastCrawl && isUnderWay(lastCrawl) && <p className="mt-0.5 text-xs text-warn">{crawlPhrase(lastCrawl)}</p>}
        {isLeaving && <p className="mt-0.5 text-xs text-warn">To be removed once that is published</p>}
        <p className={documents.failed > 0 ? "mt-0.5 text-xs text-bad" : "mt-0.5 text-xs text-ink-soft"}>
          {countPhrase(documents)}
        </p>
      </div>
      <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-soft rtl:-scale-x-100" />
    </div>
  );
}
