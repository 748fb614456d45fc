import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMember } from "../../session/session.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { BudgetBanner } from "../costs/budget-banner.tsx";
import { managesMembers } from "../settings/roles.ts";

const tabs = [
  { to: "/assistant", label: "Guidance", isForManagers: false },
  { to: "/assistant/tools", label: "Tools", isForManagers: false },
  { to: "/assistant/models", label: "Models", isForManagers: true },
  { to: "/assistant/playground", label: "Playground", isForManagers: true },
  { to: "/costs", label: "Budget", isForManagers: true },
] as const;

type AssistantFrameProps = { title: string; lead: string; children: ReactNode };

/** What stands around the pages of the assistant, and the way between them. */
export function AssistantFrame({ title, lead, children }: AssistantFrameProps) {
  const manages = managesMembers(useMember().member.role);
  const shown = tabs.filter(({ isForManagers }) => manages || !isForManagers);
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <PageTitle>{title}</PageTitle>
      <div className="mx-auto max-w-260 px-4 pt-5 pb-10 md:px-8 md:pt-8">
        <header className="mb-6">
          <h1 className="text-xl font-semibold tracking-tight outline-none">Assistant</h1>
          <p className="mt-1 text-ink-soft">{lead}</p>
          <nav aria-label="Assistant" className="mt-4 inline-flex flex-wrap gap-0.5 rounded-xl bg-sunken p-1">
            {shown.map(({ to, label }) => (
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
        <BudgetBanner className="mb-5" isElsewhere />
        {children}
      </div>
    </div>
  );
}
