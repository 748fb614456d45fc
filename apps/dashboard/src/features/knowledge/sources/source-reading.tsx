import { CircleStop, RotateCw } from "lucide-react";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { type ListedSource, useSourceActions } from "./use-sources.ts";

/** Has all of a source's documents that are on their way in read no further, or all that failed once more. */
export function SourceReading({ source: { id, documents } }: { source: ListedSource }) {
  const { stop, retryFailed } = useSourceActions();
  const underWay = documents.queued + documents.parsing + documents.embedding;
  const error = stop.error ?? retryFailed.error;
  if (underWay === 0 && documents.failed === 0 && !error) return null;
  const retryButton = documents.failed > 0 && (
    <Button busy={retryFailed.isPending} onClick={() => retryFailed.mutate({ sourceId: id })}>
      <RotateCw aria-hidden className="size-3.5" />
      {retryFailed.isPending ? "Trying again…" : "Retry all failed"}
    </Button>
  );
  return (
    <div className="mb-3">
      <div className="flex flex-wrap gap-2">
        {underWay > 0 ? (
          <Button busy={stop.isPending} onClick={() => stop.mutate({ sourceId: id })}>
            <CircleStop aria-hidden className="size-3.5" />
            {stop.isPending ? "Stopping…" : "Stop reading"}
          </Button>
        ) : (
          // In the same place, so that the focus stays.
          retryButton
        )}
        {underWay > 0 && retryButton}
      </div>
      {error && <ErrorNotice error={error} className="mt-3" />}
    </div>
  );
}
