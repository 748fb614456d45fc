import type { LocalMessage } from "@parley/client";
import { CircleAlert, RotateCw, Trash2 } from "lucide-react";
import { describeError } from "../../errors/describe-error.ts";
import { MessageFrame, WrittenText } from "./message-frame.tsx";

type UnsentMessageProps = {
  message: LocalMessage;
  /** Why it was not sent. */
  failure: unknown;
  onRetry: () => void;
  onDiscard: () => void;
};

/** A message of the member's that is on its way, or did not get there. */
export function UnsentMessage({ message, ...rest }: UnsentMessageProps) {
  return (
    <MessageFrame
      look="unsent"
      footer={
        message.status === "failed" ? <Failure {...rest} /> : <p className="px-1.5 text-xs text-ink-soft">Sending…</p>
      }
    >
      <WrittenText text={message.text} />
    </MessageFrame>
  );
}

const action = "flex items-center gap-1 rounded-md px-1.5 py-1 font-medium hover:bg-hover";

function Failure({ failure, onRetry, onDiscard }: Omit<UnsentMessageProps, "message">) {
  const { title, advice, requestId } = describeError(failure);
  return (
    <div role="alert" className="max-w-[40rem] px-1.5 text-end text-xs text-ink-soft">
      <p>
        <CircleAlert aria-hidden className="me-1 inline size-3.5 align-text-bottom text-bad" />
        <span className="font-semibold text-bad">Not sent.</span> {title}. {advice}
      </p>
      {requestId && (
        <p className="mt-0.5">
          Request id <code className="font-mono break-all select-all">{requestId}</code>
        </p>
      )}
      <p className="mt-0.5 flex justify-end gap-1">
        <button type="button" onClick={onRetry} className={`${action} text-accent-ink`}>
          <RotateCw aria-hidden className="size-3.5" /> Send again
        </button>
        <button type="button" onClick={onDiscard} className={action}>
          <Trash2 aria-hidden className="size-3.5" /> Discard
        </button>
      </p>
    </div>
  );
}
