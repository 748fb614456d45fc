import { type DocumentState, type ErrorCode, errorCodes } from "@parley/contracts";

/** What a version is set to when it can't be read in: why, as a code and in words. */
export const failureOf = (code: ErrorCode) =>
  ({ status: "failed", failureCode: code, failure: errorCodes[code].meaning }) as const;

/** Whether the version could not be read in. What somebody has discarded, or stopped, is not wanted once more by itself. */
export const isUnread = ({ status, failureCode }: { status: DocumentState; failureCode: ErrorCode | null }) =>
  status === "failed" && failureCode !== "document.discarded" && failureCode !== "document.stopped";
