import type { ErrorCode } from "@parley/contracts";

export type EmbedderFault = Extract<
  ErrorCode,
  "embedder.refused" | "embedder.limited" | "embedder.unreachable" | "embedder.faulty" | "embedder.unavailable"
>;

/** A server of embeddings did not do what it was asked, or is not to be had any more. */
export class EmbedderError extends Error {
  override readonly name = "EmbedderError";
  readonly code: EmbedderFault;
  /** How long the server is to be left alone at least. */
  readonly restMs: number | undefined;
  /** Other texts may fare better. */
  readonly mayBeTheTexts: boolean;

  constructor(
    code: EmbedderFault,
    options: { detail?: string; cause?: unknown; restMs?: number | undefined; mayBeTheTexts?: boolean } = {},
  ) {
    const { detail, cause, restMs, mayBeTheTexts = false } = options;
    super(detail ? `${code}: ${detail}` : code, { cause });
    this.code = code;
    this.restMs = restMs;
    this.mayBeTheTexts = mayBeTheTexts;
  }
}
