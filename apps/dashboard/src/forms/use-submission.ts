import { useEffect, useRef, useState } from "react";
import { type AccountFailure, type AccountResult, cancelled } from "../session/account-request.ts";
import { useSecondsUntil } from "./use-seconds-until.ts";

/** When the server does not say when to come back. */
const usualWaitSeconds = 30;
/** Who is to wait longer is told so: nothing is done by itself when nobody expects it any more. */
const longestWaitSeconds = 60;

/** It was done, but what was to follow in the page failed. */
const unfinished: AccountFailure = { code: "unfinished", status: 200, requestId: null, retryAfterSeconds: null };

export type Submission<Input> = {
  busy: boolean;
  failure: AccountFailure | undefined;
  /** The server wants us to wait: after so many seconds, the same is sent again by itself. */
  waitSeconds: number;
  submit: (input: Input) => Promise<void>;
  /** Does not send it again; and forgets the last failure. */
  reset: () => void;
};

/** What a form sends, one at a time. Who is told to wait for a moment gets a countdown instead of an error. */
export function useSubmission<Input, T>(
  send: (input: Input) => Promise<AccountResult<T>>,
  onSuccess: (data: T, input: Input) => void | Promise<void>,
  onFailure?: (failure: AccountFailure) => void,
): Submission<Input> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AccountFailure>();
  const [waiting, setWaiting] = useState<{ input: Input; untilMs: number }>();
  const waitSeconds = useSecondsUntil(waiting?.untilMs);
  const isBusy = useRef(false);

  async function submit(input: Input): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    setBusy(true);
    setFailure(undefined);
    setWaiting(undefined);
    try {
      const result = await send(input);
      if (result.ok) await finish(result.data, input);
      else if (isToWait(result.failure)) {
        const seconds = result.failure.retryAfterSeconds ?? usualWaitSeconds;
        setWaiting({ input, untilMs: Date.now() + seconds * 1_000 });
      } else if (result.failure !== cancelled) {
        setFailure(result.failure);
        onFailure?.(result.failure);
      }
    } finally {
      isBusy.current = false;
      setBusy(false);
    }
  }

  async function finish(data: T, input: Input): Promise<void> {
    try {
      await onSuccess(data, input);
    } catch {
      setFailure(unfinished);
    }
  }

  const again = useRef(submit);
  again.current = submit;
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => void again.current(waiting.input), waiting.untilMs - Date.now());
    return () => clearTimeout(timer);
  }, [waiting]);

  function reset() {
    setFailure(undefined);
    setWaiting(undefined);
  }

  return { busy, failure, waitSeconds: waiting ? Math.max(waitSeconds, 1) : 0, submit, reset };
}

/** A limit of requests that passes soon; a longer one and a locked account are other matters, and are told. */
export function isToWait({ code, retryAfterSeconds }: AccountFailure): boolean {
  return code === "rate.exceeded" && (retryAfterSeconds ?? usualWaitSeconds) <= longestWaitSeconds;
}
