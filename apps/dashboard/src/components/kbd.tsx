import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid h-5.5 min-w-5.5 place-items-center rounded-md border border-edge border-b-2 bg-surface px-1.5 font-mono text-xs text-ink-soft">
      {children}
    </kbd>
  );
}
