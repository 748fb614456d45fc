import type { ErrorCode } from "@parley/contracts";
import { describeError } from "../../../errors/describe-error.ts";
import { errorCode } from "../../../errors/error-code.ts";
import { errorWords, type Words } from "../../../errors/error-words.ts";

/** The server, or this page before it asked, did not take the file. */
export class UploadRefused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** What another attempt with the same file finds just so. */
const lasting: ReadonlySet<string> = new Set([
  "document.too_large",
  "document.empty",
  "document.type_unknown",
  "input.invalid",
  "auth.forbidden",
  "source.not_found",
] satisfies ErrorCode[]);

/** Whether the same file may arrive at the next attempt. */
export function isWorthAgain(error: unknown): boolean {
  const code = error instanceof UploadRefused ? error.code : errorCode(error);
  return !code || !lasting.has(code);
}

/** Why a file did not arrive, and what to do about it. */
export function describeUploadFailure(error: unknown): Words {
  if (!(error instanceof UploadRefused)) return describeError(error);
  const known = Object.hasOwn(errorWords, error.code)
    ? errorWords[error.code as Exclude<ErrorCode, "internal">]
    : undefined;
  return (
    known ?? { title: "The file did not arrive", advice: "Try again. If it happens again, look at your connection." }
  );
}
