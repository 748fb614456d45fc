import type { ErrorCode } from "@parley/contracts";
import { describeError } from "../../../errors/describe-error.ts";
import { errorCode, secondsToWait } from "../../../errors/error-code.ts";
import { errorWords, type Words } from "../../../errors/error-words.ts";

/** The server, or this page before it asked, did not take the file. */
export class UploadRefused extends Error {
  readonly code: string;
  /** Null when the server did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(code: string, retryAfterSeconds: number | null = null) {
    super(code);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
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

const codeOf = (error: unknown) => (error instanceof UploadRefused ? error.code : errorCode(error));

/** What passes by itself as the server gets on with the files before it, and after how many seconds it may have. */
const passing: ReadonlyMap<string, number> = new Map([
  ["document.queue_full", 5],
  ["rate.exceeded", 10],
  ["service.busy", 2],
] satisfies [ErrorCode, number][]);

/** After how many seconds the server may take what it has refused so; undefined when waiting alone does not help. */
export function secondsToHold(error: unknown): number | undefined {
  const seconds = passing.get(codeOf(error) ?? "");
  if (seconds === undefined) return;
  return (error instanceof UploadRefused ? error.retryAfterSeconds : secondsToWait(error)) ?? seconds;
}

/** Whether the same file may arrive at the next attempt. */
export function isWorthAgain(error: unknown): boolean {
  const code = codeOf(error);
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
