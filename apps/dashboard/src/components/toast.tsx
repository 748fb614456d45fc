import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

type ToastProps = {
  /** Names the region, so that a screen reader finds it again. */
  label: string;
  icon: LucideIcon;
  at: "top" | "bottom";
  children: ReactNode;
};

/** A word above whatever page is shown; it takes no focus, and says by itself what is to be announced. */
export function Toast({ label, icon: Icon, at, children }: ToastProps) {
  return (
    <section
      aria-label={label}
      className={classNames(
        "popup fixed inset-x-4 z-60 mx-auto flex max-w-120 gap-3 rounded-card border border-line bg-raised p-4 text-sm shadow-xl",
        // On a phone, the navigation is at the bottom.
        at === "top" ? "top-4" : "bottom-20 md:bottom-5",
      )}
    >
      <Icon aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn" />
      <div className="min-w-0 grow">{children}</div>
    </section>
  );
}
