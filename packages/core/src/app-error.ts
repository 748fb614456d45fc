import { type ErrorCode, errorCodes } from "@parley/contracts";

/** An expected failure. The client sees `code` and its meaning alone; `detail` and `cause` stay in our logs. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, { detail, cause }: { detail?: string; cause?: unknown } = {}) {
    super(detail ?? code, { cause });
    this.code = code;
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
