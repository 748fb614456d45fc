import type { DocumentId } from "@parley/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useTRPC } from "../../trpc.ts";
import { RemovalCheck, useIsChecked } from "./removal-check.tsx";

type DocumentActionsProps = {
  document: { id: DocumentId; title: string; sourceId: string };
  /** Of what members write themselves. */
  onChange?: (() => void) | undefined;
};

/** Changes a document that was written here, or takes one out of what is known. */
export function DocumentActions({ document: { id, title, sourceId }, onChange }: DocumentActionsProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const [atOnce, setAtOnce] = useState(false);
  const isChecked = useIsChecked();
  const remove = useMutation(
    trpc.knowledge.documents.remove.mutationOptions({
      async onSuccess({ held }) {
        if (held) await navigate({ to: "/tests/changes" });
        // First away from it: to fetch it again would find nothing.
        else await navigate({ to: "/knowledge/sources/$sourceId", params: { sourceId }, replace: true });
        void queryClient.invalidateQueries(trpc.knowledgeTests.changes.pathFilter());
        void queryClient.invalidateQueries(trpc.knowledge.pathFilter());
      },
    }),
  );
  return (
    <div className="flex gap-2">
      {onChange && (
        <Button onClick={onChange}>
          <Pencil aria-hidden className="size-4" />
          Change
        </Button>
      )}
      <Button onClick={() => setAsked(true)}>
        <Trash2 aria-hidden className="size-4" />
        Remove
      </Button>
      {asked && (
        <ConfirmDialog
          title={`Remove ${title}?`}
          action="Remove"
          busyAction="Removing…"
          busy={remove.isPending}
          error={remove.isError && <ErrorNotice error={remove.error} />}
          onConfirm={() => remove.mutate({ documentId: id, atOnce })}
          onClosed={() => {
            setAsked(false);
            remove.reset();
          }}
        >
          <p>
            It leaves all answers{(!isChecked || atOnce) && " at once"}, and is deleted with all its versions; what
            conversations have cited of it stays there, and the whole version is kept for that. To undo this, add it
            again.
          </p>
          {isChecked && <RemovalCheck atOnce={atOnce} onChange={setAtOnce} />}
        </ConfirmDialog>
      )}
    </div>
  );
}
