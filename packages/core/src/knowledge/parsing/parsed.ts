import type { ErrorCode } from "@parley/contracts";
import type { MediaType } from "../passage.ts";

/** What a reader makes of a file: its text, written as `mediaType` says. */
export type Parsed = {
  /** As the document itself gives it. */
  title?: string | undefined;
  mediaType: MediaType;
  text: string;
  /** Where each page begins in `text`, in UTF-16 code units; one without words begins where the next one does. */
  pageStarts?: number[] | undefined;
};

/** Pages of a file that are read, of all that it has. */
export type PageProgress = { done: number; of: number };

/** A file that a reader does not take; it crosses from the worker as its code. */
export class Refusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string = code) {
    super(detail);
    this.code = code;
  }
}
