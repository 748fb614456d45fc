import type { ErrorCode } from "@parley/contracts";

export type EmbedderFault = Extract<
  ErrorCode,
  "embedder.refused" | "embedder.limited" | "embedder.unreachable" | "embedder.faulty" | "embedder.unavailable"
>;

/**
 * What it is due to: `texts`, since the server makes vectors of others meanwhile; `server`, whatever it was asked for; `unclear`, when
 * other texts may fare better.
 */
type Blame = "server" | "texts" | "unclear";

/** A server of embeddings did not do what it was asked, or is not to be had any more. */
export class EmbedderError extends Error {
  override readonly name = "EmbedderError";
  readonly code: EmbedderFault;
  /** How long the server is to be left alone at least. */
  readonly restMs: number | undefined;
  readonly blame: Blame;

  constructor(
    code: EmbedderFault,
    options: { detail?: string; cause?: unknown; restMs?: number | undefined; blame?: Blame } = {},
  ) {
    const { detail, cause, restMs, blame = "server" } = options;
    super(detail ? `${code}: ${detail}` : code, { cause });
    this.code = code;
    this.restMs = restMs;
    this.blame = blame;
  }
}
