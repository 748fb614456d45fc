import { randomUUID } from "node:crypto";
import { ChunkId, DocumentId, DocumentVersionId } from "@parley/contracts";
import type { Passage } from "../knowledge/passage.ts";

/** A passage of a document that nobody has. */
export function makePassage(text: string, more: Partial<Passage> = {}): Passage {
  return {
    chunkId: ChunkId.parse(randomUUID()),
    documentId: DocumentId.parse(randomUUID()),
    documentVersionId: DocumentVersionId.parse(randomUUID()),
    title: "Guide",
    path: "guide.md",
    mediaType: "text/markdown",
    headingPath: [],
    verifiedAt: "2026-11-24T09:30:00.000Z",
    start: 0,
    end: text.length,
    text,
    score: 1,
    lexical: 1,
    cosine: 1,
    ...more,
  };
}
