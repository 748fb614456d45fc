import { Hourglass } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Toast } from "../../components/toast.tsx";
import { useSecondsUntil } from "../../forms/use-seconds-until.ts";
import { formatCountdown } from "./format-countdown.ts";
import { useTimeLeft } from "./use-time-left.ts";
import { noticeSeconds } from "./when-to-ask.ts";

const lastWordSeconds = 60;
/** What the server says of one and the same end differs by so much, since it counts in whole seconds. */
const sameEndMs = 5_000;

/** Says some minutes ahead that the session ends, so that nobody is caught in the middle of a sentence. */
export function SessionNotice() {
  const { end, stay } = useTimeLeft();
  const left = useSecondsUntil(end?.atMs);
  const [dismissedMs, setDismissedMs] = useState(0);
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  if (!end || left === 0 || left > noticeSeconds || Math.abs(end.atMs - dismissedMs) < sameEndMs) return null;

  async function goOn() {
    setBusy(true);
    setFailed(false);
    try {
      await stay();
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Toast at="bottom" label="Your session ends soon" icon={Hourglass}>
      <p role="status">
        {end.why === "idle"
          ? "You will be signed out soon, since nothing has happened here for a while."
          : "You will be signed out soon: a session lasts eight hours at most. What you have typed stays when you sign in again with your password."}
      </p>
      <p role="timer" className="mt-0.5 font-medium tabular-nums">
        In {formatCountdown(left)}
      </p>
      <p role="alert" className="sr-only">
        {left <= lastWordSeconds && "You will be signed out in less than a minute."}
      </p>
      {failed && (
        <p role="alert" className="mt-1 text-bad">
          The server could not be reached. Try again.
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        {end.why === "idle" && (
          <Button variant="primary" busy={busy} onClick={goOn}>
            Stay signed in
          </Button>
        )}
        <Button onClick={() => setDismissedMs(end.atMs)}>Dismiss</Button>
      </div>
    </Toast>
  );
}
