import { classNames } from "../../components/class-names.ts";
import type { ApiOutputs } from "../../trpc.ts";
import { describeFailed, describeWaiting } from "./describe-failed.ts";
import { describeProgress, isBeingRead } from "./describe-progress.ts";
import { ReadingAction } from "./reading-action.tsx";

type Document = ApiOutputs["knowledge"]["documents"]["get"];
type Version = Document["versions"][number];

/** How far a document's newest version is, or why it could not be read in; and the way to stop it, or to try it again. */
export function ReadingNote({ document, newest }: { document: Document; newest: Version }) {
  const waiting = describeWaiting(newest);
  const hasFailed = newest.status === "failed";
  if (!hasFailed && !isBeingRead(newest)) return null;
  return (
    <div
      role="note"
      className={classNames(
        "mt-4 flex flex-wrap items-center justify-between gap-3 rounded-control px-3.5 py-2.5 text-sm",
        hasFailed ? "bg-bad-soft text-bad" : waiting ? "bg-warn-soft text-warn" : "bg-sunken text-ink-soft",
      )}
    >
      <span>
        Version {newest.version}: {hasFailed ? describeFailed(newest) : (waiting ?? tellProgress(newest))}
      </span>
      <ReadingAction document={{ ...document, status: newest.status }} />
    </div>
  );
}

function tellProgress(version: Version): string {
  if (version.status === "queued") return "It waits for its turn.";
  const progress = describeProgress(version);
  if (progress) return `${progress}.`;
  return version.status === "parsing" ? "It is being read." : "It is being embedded.";
}
