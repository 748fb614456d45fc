import { limits, type SourceId } from "@parley/contracts";
import { CircleCheck, CircleX, Clock, FileUp, LoaderCircle, type LucideIcon } from "lucide-react";
import { type DragEvent, memo, useId, useRef, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { classNames } from "../../../components/class-names.ts";
import { describeUploadFailure, isWorthAgain } from "./upload-failure.ts";
import type { Upload, UploadState } from "./upload-queue.ts";
import { useUploads } from "./use-uploads.ts";

const endings = ".pdf,.docx,.xlsx,.csv,.html,.htm,.md,.markdown,.txt,.text";
const largestMb = limits.fileBytes / 1024 / 1024;

/** Takes files, dropped or chosen, and shows how far each of them is. */
export function UploadArea({ sourceId }: { sourceId: SourceId }) {
  const { uploads, add, cancel, cancelAll, retry, clear } = useUploads(sourceId);
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const isUnderWay = ({ state }: Upload) => state.is === "waiting" || state.is === "sending";
  const again = uploads.filter(({ state }) => mayGoAgain(state));

  function take(event: DragEvent) {
    event.preventDefault();
    setIsOver(false);
    add([...event.dataTransfer.files]);
  }

  return (
    <section aria-label="Add files">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button does the same */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setIsOver(false)}
        onDrop={take}
        className={classNames(
          "flex flex-col items-center rounded-card border border-dashed px-5 py-8 text-center transition-colors",
          isOver ? "border-accent bg-accent-soft" : "border-edge-strong bg-surface",
        )}
      >
        <FileUp aria-hidden className="mb-3 size-7 text-accent-ink" strokeWidth={1.5} />
        <p className="max-md:hidden">Drop files here, or</p>
        <input
          ref={input}
          type="file"
          multiple
          accept={endings}
          className="hidden"
          onChange={({ target }) => {
            add([...(target.files ?? [])]);
            target.value = "";
          }}
        />
        <Button
          variant="primary"
          size="medium"
          className="mt-2"
          aria-describedby={hint}
          onClick={() => input.current?.click()}
        >
          Choose files
        </Button>
        <p id={hint} className="mt-3 max-w-120 text-sm text-ink-soft">
          PDF, Word, Excel, CSV, HTML, Markdown and text, up to {largestMb} MB each. A file of the same name becomes the
          next version; the one before it answers until it is read.
        </p>
      </div>
      {uploads.length > 0 && (
        <div className="mt-4">
          <div className="mb-2 flex items-center justify-between gap-3">
            <p className="text-sm font-semibold" role="status">
              {summarize(uploads)}
            </p>
            <div className="flex flex-wrap justify-end gap-2">
              {uploads.filter(isUnderWay).length > 1 && (
                <Button variant="quiet" onClick={cancelAll}>
                  Cancel all
                </Button>
              )}
              {again.length > 1 && (
                <Button onClick={() => again.forEach(({ id }) => void retry(id))}>Try all again</Button>
              )}
              {!uploads.every(isUnderWay) && (
                <Button variant="quiet" onClick={clear}>
                  Clear
                </Button>
              )}
            </div>
          </div>
          <ul
            aria-label="Files on their way"
            className="max-h-80 divide-y divide-line overflow-y-auto rounded-card border border-line bg-surface shadow-xs"
          >
            {uploads.map((upload) => (
              <UploadRow key={upload.id} upload={upload} onCancel={cancel} onRetry={retry} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function summarize(uploads: readonly Upload[]): string {
  const count = (...states: UploadState["is"][]) => uploads.filter(({ state }) => states.includes(state.is)).length;
  const underWay = count("waiting", "sending");
  const failed = count("failed");
  const sent = `${count("sent")} of ${uploads.length} ${uploads.length === 1 ? "file" : "files"} sent`;
  if (underWay > 0) return sent;
  return failed > 0 ? `${sent}, ${failed} failed` : sent;
}

const looks: Record<UploadState["is"], { icon: LucideIcon; look: string }> = {
  waiting: { icon: Clock, look: "text-ink-soft" },
  sending: { icon: LoaderCircle, look: "animate-spin text-accent-ink" },
  sent: { icon: CircleCheck, look: "text-good" },
  failed: { icon: CircleX, look: "text-bad" },
  cancelled: { icon: CircleX, look: "text-ink-soft" },
};

const mayGoAgain = (state: UploadState) =>
  state.is === "cancelled" || (state.is === "failed" && isWorthAgain(state.error));

type UploadRowProps = { upload: Upload; onCancel: (id: string) => void; onRetry: (id: string) => void };

// Of thousands of files, only those that have changed are drawn again.
const UploadRow = memo(function UploadRow({ upload, onCancel, onRetry }: UploadRowProps) {
  const { id, file, state } = upload;
  const { icon: Icon, look } = looks[state.is];
  return (
    <li className="flex items-center gap-3 px-4 py-2.5 text-sm">
      <Icon aria-hidden className={classNames("size-4 shrink-0", look)} />
      <div className="min-w-0 grow">
        <p className="truncate font-medium" dir="auto">
          {file.name}
        </p>
        <StateText state={state} />
        {state.is === "sending" && (
          <progress
            max={1}
            value={state.share}
            aria-label={`How much of ${file.name} is sent`}
            className="upload-progress mt-1.5"
          />
        )}
      </div>
      {(state.is === "waiting" || state.is === "sending") && (
        <Button variant="quiet" onClick={() => onCancel(id)}>
          Cancel<span className="sr-only"> {file.name}</span>
        </Button>
      )}
      {mayGoAgain(state) && (
        <Button onClick={() => onRetry(id)}>
          Try again<span className="sr-only"> with {file.name}</span>
        </Button>
      )}
    </li>
  );
});

function StateText({ state }: { state: UploadState }) {
  switch (state.is) {
    case "waiting":
      return (
        <p className="text-xs text-ink-soft">
          {state.held === undefined
            ? "Waits its turn"
            : `${describeUploadFailure(state.held).title}: it goes on by itself`}
        </p>
      );
    case "sending":
      return <p className="text-xs text-ink-soft tabular-nums">{Math.floor(state.share * 100)}% sent</p>;
    case "sent":
      return (
        <p className="text-xs text-ink-soft">
          {state.unchanged ? "It is there already, just so" : "Sent; it is read now"}
        </p>
      );
    case "cancelled":
      return <p className="text-xs text-ink-soft">Cancelled</p>;
    case "failed": {
      const { title, advice } = describeUploadFailure(state.error);
      return (
        <p className="text-xs text-bad">
          {title}. {advice}
        </p>
      );
    }
  }
}
