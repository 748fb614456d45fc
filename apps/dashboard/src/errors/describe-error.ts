import { formatWait } from "../forms/use-seconds-until.ts";
import { AccountError } from "../session/account-query.ts";
import { isApiError } from "../trpc.ts";
import { errorCode, isRetryable, secondsToWait } from "./error-code.ts";
import { errorWords, type Words } from "./error-words.ts";

/** A failure in words for the person who sees it. */
export type ErrorDescription = Words & {
  /** Finds the request in the server's log; null when the server was not reached. */
  requestId: string | null;
  /** Trying the same again may help. */
  retryable: boolean;
};

const ours: Words = {
  title: "Something went wrong on the server",
  advice: "Try again. If it happens again, report the request id.",
};

const unreachable: Words = {
  title: "The server can't be reached",
  advice: "Check your connection, and that the api is running, then try again.",
};

const fault: Words = {
  title: "This part of the page does not work",
  advice: "Reload the page. If it happens again, report it together with what you did.",
};

/** What to tell a person about a failure. With its words it is large: what is shown at once loads it when it is needed. */
export function describeError(error: unknown): ErrorDescription {
  const retryable = isRetryable(error);
  if (error instanceof AccountError) {
    const { status, requestId } = error.failure;
    return { ...withWait(wordsForStatus(status), error), requestId, retryable };
  }
  const requestId = isApiError(error) ? (error.data?.requestId ?? null) : null;
  return { ...withWait(wordsFor(error), error), requestId, retryable };
}

/** The server may say for how long it refuses: nobody tries again in vain. */
function withWait(words: Words, error: unknown): Words {
  const seconds = secondsToWait(error);
  return seconds ? { ...words, advice: `Wait ${formatWait(seconds)}, then try again.` } : words;
}

function wordsFor(error: unknown): Words {
  const code = errorCode(error);
  if (!code) return isApiError(error) ? unreachable : fault;
  // A newer server may have codes that this page does not know.
  return code === "internal" ? ours : (errorWords[code] ?? ours);
}

function wordsForStatus(status: number | null): Words {
  if (status === null) return unreachable;
  if (status === 401) return errorWords["auth.required"];
  if (status === 403) return errorWords["auth.forbidden"];
  return status === 429 ? errorWords["rate.exceeded"] : ours;
}
