import { type ReactNode, useId } from "react";

type CostsSectionProps = { title: string; lead?: ReactNode; aside?: ReactNode; children?: ReactNode };

/** One matter of the page. */
export function CostsSection({ title, lead, aside, children }: CostsSectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-48">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          {lead && <p className="mt-0.5 text-sm text-ink-soft">{lead}</p>}
        </div>
        {aside}
      </div>
      {children && <div className="mt-3">{children}</div>}
    </section>
  );
}
