import type { ComponentProps } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import type { AccountResult } from "../../session/account-request.ts";

type ConfirmSubmissionProps<T> = Pick<
  ComponentProps<typeof ConfirmDialog>,
  "title" | "children" | "action" | "busyAction" | "onClosed"
> & {
  send: () => Promise<AccountResult<T>>;
  /** Also when the dialog was closed meanwhile. */
  onDone: (data: T) => void | Promise<void>;
  /** What can go wrong, in other words than usual, by the server's code. */
  words?: Record<string, string>;
};

/**
 * Asks before something about the account is done. Whoever closes the dialog ends it all: a failure is not shown again, and what the
 * server wanted to be asked later is not asked.
 */
export function ConfirmSubmission<T>({ send, onDone, words = {}, ...dialog }: ConfirmSubmissionProps<T>) {
  const submission = useSubmission(send, onDone);
  return (
    <ConfirmDialog
      {...dialog}
      busy={submission.busy}
      error={<SubmissionNotice submission={submission} words={words} />}
      onConfirm={() => void submission.submit(undefined)}
    />
  );
}
