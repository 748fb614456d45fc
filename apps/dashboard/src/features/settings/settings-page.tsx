import { type ReactNode, useId } from "react";
import { PageTitle } from "../../shell/page-title.tsx";
import { KeptFocus } from "./kept-focus.tsx";

type SettingsPageProps = { title: string; lead: ReactNode; children: ReactNode };

export function SettingsPage({ title, lead, children }: SettingsPageProps) {
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <header className="mb-5">
        <h1 className="text-xl font-semibold tracking-tight outline-none">{title}</h1>
        <p className="mt-1 text-ink-soft">{lead}</p>
      </header>
      <KeptFocus className="space-y-5">{children}</KeptFocus>
    </>
  );
}

type SettingsSectionProps = {
  title: string;
  lead?: ReactNode;
  /** Beside the title. */
  aside?: ReactNode;
  /** What is below reaches from edge to edge. */
  flush?: boolean;
  children?: ReactNode;
};

/** One matter of a page of the settings. */
export function SettingsSection({ title, lead, aside, flush = false, children }: SettingsSectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="overflow-hidden rounded-card border border-line bg-surface shadow-xs">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3 px-4 py-4 md:px-5">
        <div className="min-w-0 flex-1 basis-56">
          <h2 id={id} className="font-semibold outline-none">
            {title}
          </h2>
          {lead && <div className="mt-0.5 text-sm text-ink-soft">{lead}</div>}
        </div>
        {aside}
      </div>
      {children && (
        <div className={flush ? "border-t border-line" : "border-t border-line px-4 py-4 md:px-5"}>{children}</div>
      )}
    </section>
  );
}
