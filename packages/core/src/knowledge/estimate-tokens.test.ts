import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chunkDocument } from "./chunk-document.ts";
import { createWordPiece } from "./embedders/word-piece.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { searchableText } from "./searchable-text.ts";

const vocabulary = readFileSync(new URL("../../assets/minilm/vocab.txt", import.meta.url), "utf8");
const tokenize = createWordPiece(vocabulary, Number.POSITIVE_INFINITY);
const read = (file: string) => readFileSync(new URL(`../../../../${file}`, import.meta.url), "utf8");
const documents = ["docs/protocol.md", "docs/knowledge.md", "docs/architecture.md", "docs/deployment.md"];

test("an estimate is near to what the model's own vocabulary makes of a text", () => {
  for (const file of documents) {
    const text = read(file).slice(0, 8_000);
    const share = tokenize(text).length / estimateTokens(text);
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(1.3);
  }
});

test("nearly every chunk is read whole by the model, headings included", () => {
  const lengths = documents.flatMap((file) =>
    Array.from(chunkDocument(read(file), "text/markdown"), (chunk) => {
      return tokenize(searchableText("Title", "text/markdown", chunk)).length;
    }),
  );
  const whole = lengths.filter((length) => length <= 256).length;
  expect(whole / lengths.length).toBeGreaterThan(0.95);
});
