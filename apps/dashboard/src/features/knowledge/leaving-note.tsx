import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { type ApiInputs, useTRPC } from "../../trpc.ts";
import { useMayManage } from "./sources/use-sources.ts";

type LeavingNoteProps = {
  /** What is to go. */
  of: ApiInputs["knowledge"]["documents"]["keep"] | ApiInputs["knowledge"]["sources"]["keep"];
  title: string;
  action?: string;
  children: string;
};

/** Says that a removal waits to be published, and takes it back. */
export function LeavingNote({ of, title, action = "Keep", children }: LeavingNoteProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const mayManage = useMayManage();
  // Also when it failed: it may be published by now.
  async function onSettled() {
    void queryClient.invalidateQueries(trpc.knowledgeTests.changes.pathFilter());
    await queryClient.invalidateQueries(trpc.knowledge.pathFilter());
  }
  const keepDocument = useMutation(trpc.knowledge.documents.keep.mutationOptions({ onSettled }));
  const keepSource = useMutation(trpc.knowledge.sources.keep.mutationOptions({ onSettled }));
  const error = keepDocument.error ?? keepSource.error;
  return (
    <div className="mt-4">
      <div
        role="note"
        className="flex flex-wrap items-center justify-between gap-3 rounded-control bg-warn-soft px-3.5 py-2.5 text-sm text-warn"
      >
        <span>
          {children}. That waits{" "}
          <Link to="/tests/changes" className="font-medium underline">
            to be published
          </Link>
          .
        </span>
        {mayManage && (
          <Button
            busy={keepDocument.isPending || keepSource.isPending}
            onClick={() => ("documentId" in of ? keepDocument.mutate(of) : keepSource.mutate(of))}
          >
            {action}
            <span className="sr-only"> {title}</span>
          </Button>
        )}
      </div>
      {error && <ErrorNotice error={error} className="mt-3" />}
    </div>
  );
}
