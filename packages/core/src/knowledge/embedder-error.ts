import type { ErrorCode } from "@parley/contracts";

export type EmbedderFault = Extract<
  ErrorCode,
  "embedder.refused" | "embedder.limited" | "embedder.unreachable" | "embedder.faulty" | "embedder.unavailable"
>;

/** A server of embeddings did not do what it was asked, or is not to be had any more. */
export class EmbedderError extends Error {
  override readonly name = "EmbedderError";
  readonly code: EmbedderFault;

  constructor(code: EmbedderFault, options?: { detail?: string; cause?: unknown }) {
    super(options?.detail ? `${code}: ${options.detail}` : code, { cause: options?.cause });
    this.code = code;
  }
}
