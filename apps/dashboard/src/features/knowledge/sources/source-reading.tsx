import { CircleStop, RotateCw } from "lucide-react";
import { Button } from "../../../components/button.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { type ListedSource, useSourceActions } from "./use-sources.ts";

/** Has all of a source's documents that are on their way in read no further, or all that failed once more. */
export function SourceReading({ source: { id, documents } }: { source: ListedSource }) {
  const { stop, retryFailed } = useSourceActions();
  const underWay = documents.queued + documents.parsing + documents.embedding;
  const failed = documents.failed - documents.discarded;
  // Only what was asked for last has something to say.
  const error = stop.error ?? retryFailed.error;
  const stopAll = () => {
    retryFailed.reset();
    stop.mutate({ sourceId: id });
  };
  const retryAll = () => {
    stop.reset();
    retryFailed.mutate({ sourceId: id });
  };
  if (underWay === 0 && failed === 0 && !error) return null;
  const retryButton = failed > 0 && (
    <Button busy={retryFailed.isPending} onClick={retryAll}>
      <RotateCw aria-hidden className="size-3.5" />
      {retryFailed.isPending ? "Trying again…" : "Retry all failed"}
    </Button>
  );
  return (
    <div className="mb-3">
      <div className="flex flex-wrap gap-2">
        {underWay > 0 ? (
          <Button busy={stop.isPending} onClick={stopAll}>
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
