import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  /** `h1` when there is nothing else on the page. */
  heading?: "h1" | "h2";
  children: ReactNode;
};

/** Where nothing is yet: says what will be here, or what to do. */
export function EmptyState({ icon: Icon, title, heading: Heading = "h2", children }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-96 flex-col items-center px-6 py-12 text-center">
      <span className="mb-4 grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent-ink">
        <Icon aria-hidden className="size-6" strokeWidth={1.75} />
      </span>
      <Heading className="text-base font-semibold text-ink">{title}</Heading>
      <div className="mt-1.5 text-sm text-ink-soft">{children}</div>
    </div>
  );
}
