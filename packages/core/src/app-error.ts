import { type ErrorCode, errorCodes } from "@parley/contracts";

/** Where in what was entered something is wrong, and what. */
export type Issue = { path: string; message: string };

/** An expected failure. The client sees `code`, its meaning and `issues` alone; `detail` and `cause` stay in our logs. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[] | undefined;

  constructor(
    code: ErrorCode,
    { detail, cause, issues }: { detail?: string; cause?: unknown; issues?: readonly Issue[] } = {},
  ) {
    super(detail ?? code, { cause });
    this.code = code;
    this.issues = issues;
  }

  /** The HTTP status of its answer. */
  get status(): number {
    return errorCodes[this.code].status;
  }

  /** What a client may read. */
  get meaning(): string {
    return errorCodes[this.code].meaning;
  }
}
