import { type ErrorCode, errorCodes } from "@parley/contracts";

/** What a version is set to when it can't be read in: why, as a code and in words. */
export const failureOf = (code: ErrorCode) =>
  ({ status: "failed", failureCode: code, failure: errorCodes[code].meaning }) as const;
