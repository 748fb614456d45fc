import { ChevronRight } from "lucide-react";

/** The headings that something stands under, outermost first; nothing where there are none. */
export function HeadingPath({ path }: { path: readonly string[] }) {
  if (path.length === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-1 text-xs text-ink-soft" dir="auto">
      <span className="sr-only">Under the headings </span>
      {path.map((heading, depth) => (
        <span key={path.slice(0, depth + 1).join("\n")} className="flex items-center gap-1 wrap-anywhere">
          {depth > 0 && <ChevronRight aria-hidden className="size-3 shrink-0 rtl:-scale-x-100" />}
          {heading}
        </span>
      ))}
    </p>
  );
}
