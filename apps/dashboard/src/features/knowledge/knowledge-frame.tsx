import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { PageTitle } from "../../shell/page-title.tsx";

const tabs = [
  { to: "/knowledge", label: "Sources" },
  { to: "/knowledge/search", label: "Search" },
  { to: "/knowledge/embedder", label: "Embedder" },
] as const;

type KnowledgeFrameProps = { title: string; lead: string; children: ReactNode };

/** What stands around the pages of the knowledge, and the way between them. */
export function KnowledgeFrame({ title, lead, children }: KnowledgeFrameProps) {
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>{title}</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <header className="mb-6">
          <h1 className="text-xl font-semibold tracking-tight">Knowledge</h1>
          <p className="mt-1 text-ink-soft">{lead}</p>
          <nav aria-label="Knowledge" className="mt-4 inline-flex gap-0.5 rounded-xl bg-sunken p-1">
            {tabs.map(({ to, label }) => (
              <Link
                key={to}
                to={to}
                activeOptions={{ exact: true, includeSearch: false }}
                className="flex h-8 items-center rounded-lg px-3 text-sm font-medium text-ink-soft transition-colors hover:text-ink"
                activeProps={{ className: "bg-surface !text-ink shadow-xs" }}
              >
                {label}
              </Link>
            ))}
          </nav>
        </header>
        {children}
      </div>
    </div>
  );
}
