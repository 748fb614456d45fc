import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleStop, RotateCw } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { useTRPC } from "../../trpc.ts";
import { isBeingRead } from "./describe-progress.ts";
import { useMayManage } from "./sources/use-sources.ts";
import type { ListedDocument } from "./use-documents.ts";

type ReadingActionProps = { document: Pick<ListedDocument, "id" | "title" | "status"> };

/** Has a document read in no further, or once more after it failed. It is one button, so that the focus stays on it. */
export function ReadingAction({ document }: ReadingActionProps) {
  const { id, title, status } = document;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const mayManage = useMayManage();
  // Somebody else may have been first: what is shown is fetched again in any case.
  const onSettled = () => queryClient.invalidateQueries(trpc.knowledge.pathFilter());
  const retry = useMutation(trpc.knowledge.documents.retry.mutationOptions({ onSettled }));
  const stop = useMutation(trpc.knowledge.documents.stop.mutationOptions({ onSettled }));
  const hasFailed = status === "failed";
  if (!mayManage || !(hasFailed || isBeingRead(document))) return null;
  const { mutate, isPending, isError } = hasFailed ? retry : stop;
  const Icon = hasFailed ? RotateCw : CircleStop;
  return (
    <Button
      className="relative"
      busy={isPending}
      onClick={() => mutate({ documentId: id })}
      title={isError ? `It could not be ${hasFailed ? "tried again" : "stopped"}` : undefined}
    >
      <Icon aria-hidden className="size-3.5" />
      {isError ? "Try once more" : hasFailed ? "Retry" : "Stop"}
      <span className="sr-only"> {title}</span>
    </Button>
  );
}
