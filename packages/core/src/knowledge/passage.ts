import type { ChunkId, DocumentId, DocumentVersionId } from "@parley/contracts";
import type { documentVersions } from "@parley/db/schema";
import type { EmbedderCircuits } from "./embedders/embedder-circuits.ts";
import type { Span } from "./span.ts";

/** What a document is written in. */
export type MediaType = "text/markdown" | "text/plain";

/** What a file was whose content was made Markdown or text. */
export type OriginalType = NonNullable<(typeof documentVersions.$inferSelect)["originalType"]>;

/** A chunk that was found for a question, with the place that a citation of it points to. */
export type Passage = {
  chunkId: ChunkId;
  documentId: DocumentId;
  documentVersionId: DocumentVersionId;
  title: string;
  path: string;
  mediaType: MediaType;
  headingPath: string[];
  /** When its version was last seen to be what its source says; ISO 8601, in UTC. */
  verifiedAt: string;
  /** UTF-16 code units into the version's text. */
  start: number;
  end: number;
  text: string;
  /** What it is ordered by, in [0, 1]: of the words, the meaning, and the sentence that fits best; comparable within one search only. */
  score: number;
  /** BM25 over the highest that the question's terms could reach, in [0, 1]. */
  lexical: number;
  cosine: number;
};

/** A passage with what its place in the order came from. */
export type RankedPassage = Passage & {
  /** Of the words and the meaning alone, in [0, 1]; the `score` where sentences were not looked at. */
  fused: number;
  /** The sentence that holds most of what was asked, and how much of it, in [0, 1]; null where none holds anything, or none was looked at. */
  bestSentence: (Span & { rating: number }) | null;
};

/** What a request to a server of embeddings took. */
export type EmbeddingSpent = {
  id: string;
  provider: string;
  model: string;
  inputTokens: number;
  countedBy: "provider" | "tokenizer";
};

export type EmbedOptions = {
  /** Somebody waits for this: it goes before everything that is not urgent, and is not tried for long. */
  urgent?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Told of each request that costs something; an embedder of this machine makes none. */
  onSpent?: ((spent: EmbeddingSpent) => void) | undefined;
};

/** Turns text into vectors of unit length. */
export type Embedder = {
  /** Part of the key of what it embedded: another model, or another version of it, has another id. */
  id: string;
  dimensions: number;
  /** The one language that it knows, by its ISO 639-1 code; undefined: many, or nobody has said. */
  language?: "en";
  /**
   * One vector a text, in the same order; a text's end beyond what the model can take is left out.
   *
   * @throws when it was closed, or when its thread died; what comes after that finds a new thread. EmbedderError of another server's
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  close(): Promise<void>;
  /** What tenants may have in its place. */
  others?: OtherEmbedders;
};

/** A server of embeddings that a tenant has named. */
export type EmbedderServer = { baseUrl: string; model: string; dimensions: number; apiKey: string | undefined };

export type OtherEmbedders = {
  /** What the installation has for tenants that have chosen none. */
  installation: Embedder | undefined;
  /** Reached by addresses that are open to tenants alone. */
  open(server: EmbedderServer): Embedder;
  /** @param place whose key it is, and where it is sent: it opens for that alone */
  seal(apiKey: string, place: string): string;
  unseal(sealed: string, place: string): string;
  circuits: EmbedderCircuits;
};
