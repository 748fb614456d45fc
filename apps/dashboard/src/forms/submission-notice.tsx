import { Button } from "../components/button.tsx";
import { describeFailure } from "./describe-failure.ts";
import { Notice, RequestId } from "./notice.tsx";
import { formatWait } from "./use-seconds-until.ts";
import type { Submission } from "./use-submission.ts";

type SubmissionNoticeProps = {
  submission: Pick<Submission<never>, "failure" | "waitSeconds" | "reset">;
  /** In other words than usual, by the server's code. */
  words?: Record<string, string>;
  /** The failure stands beside a field already. */
  hidden?: boolean;
  className?: string | undefined;
};

/** Why it did not work, or how long it still waits. */
export function SubmissionNotice({ submission, words, hidden = false, className }: SubmissionNoticeProps) {
  const { failure, waitSeconds, reset } = submission;
  if (waitSeconds > 0) {
    return (
      <Notice tone="warn" className={className}>
        <p role="status">Too many attempts in a short time. It is tried again by itself.</p>
        <p className="mt-1.5 flex items-center justify-between gap-3">
          <span role="timer" className="tabular-nums">
            In {formatWait(waitSeconds)}
          </span>
          <Button onClick={reset}>Stop</Button>
        </p>
      </Notice>
    );
  }
  if (!failure || hidden) return null;
  const { text, requestId } = describeFailure(failure, words);
  return (
    <Notice tone="bad" role="alert" className={className}>
      <p>{text}</p>
      <RequestId id={requestId} />
    </Notice>
  );
}
