import { RotateCw, TriangleAlert } from "lucide-react";
import { Button } from "../components/button.tsx";
import { classNames } from "../components/class-names.ts";
import { describeError } from "./describe-error.ts";

export type ErrorBoxProps = {
  error: unknown;
  onRetry?: (() => void) | undefined;
  className?: string;
};

/** A failure, what to do about it, and the id that finds it in the server's log. */
export function ErrorBox({ error, onRetry, className }: ErrorBoxProps) {
  const { title, advice, requestId, retryable } = describeError(error);
  return (
    <div
      role="alert"
      className={classNames("flex gap-3 rounded-card border border-bad-line bg-bad-soft p-3.5", className)}
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-bad" />
      <div className="min-w-0 grow text-sm">
        <p className="font-semibold text-ink">{title}</p>
        <p className="mt-0.5 text-ink-soft">{advice}</p>
        {requestId && (
          <p className="mt-1.5 text-xs text-ink-soft">
            Request id <code className="font-mono break-all select-all">{requestId}</code>
          </p>
        )}
        {onRetry && retryable && (
          <Button className="mt-2.5" onClick={onRetry}>
            <RotateCw aria-hidden className="size-3.5" />
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
