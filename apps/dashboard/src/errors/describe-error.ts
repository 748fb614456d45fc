import type { ErrorCode } from "@parley/contracts";
import { AccountError } from "../session/account-query.ts";
import type { AccountFailure } from "../session/account-request.ts";
import { isApiError } from "../trpc.ts";

/** A failure in words for the person who sees it. */
export type ErrorDescription = {
  /** What did not work. */
  title: string;
  /** What the person can do about it. */
  advice: string;
  /** Finds the request in the server's log; null when the server was not reached. */
  requestId: string | null;
  /** Trying the same again may help. */
  retryable: boolean;
};

type Words = Pick<ErrorDescription, "title" | "advice"> & { retryable?: boolean };

const words: Partial<Record<ErrorCode, Words>> = {
  "auth.required": { title: "You are signed out", advice: "Sign in again to go on." },
  "auth.expired": { title: "You are signed out", advice: "Sign in again to go on." },
  "auth.forbidden": {
    title: "You are not allowed to do this",
    advice: "Ask an owner or admin of the workspace for access.",
  },
  "origin.not_allowed": {
    title: "The server does not accept requests from this address",
    advice: "Open the dashboard at its configured address, or add this one to DASHBOARD_URL.",
  },
  "csrf.invalid": { title: "The server did not know this page any more", advice: "Reload the page and try again." },
  "conversation.not_found": {
    title: "This conversation does not exist",
    advice: "It may have been deleted, or belongs to another workspace. Choose one from the inbox.",
  },
  "conversation.not_owned": {
    title: "Somebody else has this conversation",
    advice: "Take it over before you answer.",
  },
  "citation.not_found": {
    title: "This citation does not exist",
    advice: "Close the panel and open the citation again from its answer.",
  },
  "document.not_found": {
    title: "This document does not exist",
    advice: "It may have been deleted. Choose one from the list.",
  },
  "run.not_found": { title: "There is no receipt for this answer", advice: "It may have been deleted." },
  "input.invalid": { title: "The server did not accept this", advice: "Change what you entered and try again." },
  "input.too_large": { title: "This is too long", advice: "Shorten it and try again." },
  "rate.exceeded": {
    title: "Too many requests",
    advice: "Wait a minute, then try again.",
    retryable: true,
  },
  "service.busy": {
    title: "The server is busy",
    advice: "Nothing is lost. Try again in a few seconds.",
    retryable: true,
  },
  "api_key.too_many": {
    title: "There are as many keys as a workspace can have",
    advice: "Revoke one that nothing uses any more.",
  },
  "api_key.not_in_use": {
    title: "This key is not in use any more",
    advice: "It was replaced, revoked or has run out. Reload the page to see what there is.",
  },
  "message.id_taken": {
    title: "The message could not be sent",
    advice: "Copy its text, discard it and send it again.",
  },
};

const ours: Words = {
  title: "Something went wrong on the server",
  advice: "Try again. If it happens again, report the request id.",
  retryable: true,
};

const unreachable: Words = {
  title: "The server can't be reached",
  advice: "Check your connection, and that the api is running, then try again.",
  retryable: true,
};

const fault: Words = {
  title: "This part of the page does not work",
  advice: "Reload the page. If it happens again, report it together with what you did.",
};

/** What to tell a person about a failure. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof AccountError) return describeAccountError(error.failure);
  const code = errorCode(error);
  const found = code ? (words[code] ?? ours) : isApiError(error) ? unreachable : fault;
  const requestId = isApiError(error) ? (error.data?.requestId ?? null) : null;
  return { title: found.title, advice: found.advice, requestId, retryable: found.retryable ?? false };
}

/** The server's own code for the failure; undefined when no answer of the server's came. */
export function errorCode(error: unknown): ErrorCode | undefined {
  if (error instanceof AccountError) return error.failure.code === "UNAUTHORIZED" ? "auth.required" : undefined;
  return isApiError(error) ? error.data?.appCode : undefined;
}

/** After how many seconds the server may be asked again, when it was asked too often; undefined for any other failure. */
export function secondsToWait(error: unknown): number | undefined {
  if (error instanceof AccountError) {
    const { code, retryAfterSeconds } = error.failure;
    return code === "rate.exceeded" ? (retryAfterSeconds ?? undefined) : undefined;
  }
  // Of the answer as a whole: the limit of an address refuses before anything is known of procedures.
  const response = isApiError(error) ? (error.meta?.response as Response | undefined) : undefined;
  return response?.status === 429 ? Number(response.headers.get("retry-after")) || undefined : undefined;
}

function describeAccountError(failure: AccountFailure): ErrorDescription {
  const {
    title,
    advice,
    retryable = false,
  } = failure.status === null
    ? unreachable
    : failure.status === 401
      ? (words["auth.required"] ?? ours)
      : failure.status === 429
        ? (words["rate.exceeded"] ?? ours)
        : failure.status === 403
          ? (words["auth.forbidden"] ?? ours)
          : ours;
  return { title, advice, requestId: failure.requestId, retryable };
}
