import { Hourglass } from "lucide-react";
import { Toast } from "../components/toast.tsx";
import { formatWait, useSecondsUntil } from "../forms/use-seconds-until.ts";

/** Counts down until what was refused is asked again. */
export function ServerWaitNotice({ untilMs }: { untilMs: number }) {
  const left = useSecondsUntil(untilMs);
  if (left === 0) return null;
  return (
    <Toast at="top" label="Please wait" icon={Hourglass}>
      <p role="status">Too much was asked of the server in a short time. It goes on by itself.</p>
      <p role="timer" className="mt-0.5 font-medium tabular-nums">
        In {formatWait(left)}
      </p>
    </Toast>
  );
}
