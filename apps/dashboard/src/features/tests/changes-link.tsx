import { Link } from "@tanstack/react-router";
import { ChevronRight, GitPullRequestArrow } from "lucide-react";
import { useChangeCount } from "./use-changes.ts";

/** The way to what waits to be published; and to the choice that it may. */
export function ChangesLink() {
  const { data } = useChangeCount();
  if (!data || (data.tests === 0 && data.waiting === 0 && data.mode === "off")) return null;
  const { mode, waiting, failed } = data;
  return (
    <Link
      to="/tests/changes"
      className="mb-6 flex items-center gap-3 rounded-card border border-line bg-surface px-4 py-3 text-sm shadow-xs transition-colors hover:bg-hover md:px-5"
    >
      <GitPullRequestArrow aria-hidden className="size-4 shrink-0 text-accent-ink" />
      <span className="min-w-0 grow">
        {waiting > 0 && (
          <>
            <span className="font-medium">
              {waiting === 1 ? "1 change waits" : `${waiting.toLocaleString("en")} changes wait`} to be published
            </span>
            {failed > 0 && (
              <span className="text-bad"> · {failed === 1 ? "1 test fails" : `${failed} tests fail`} with that</span>
            )}
          </>
        )}
        {waiting === 0 &&
          (mode === "off"
            ? "Check changes before visitors are answered from them"
            : "Changes are checked before they are published")}
      </span>
      <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-soft rtl:-scale-x-100" />
    </Link>
  );
}
