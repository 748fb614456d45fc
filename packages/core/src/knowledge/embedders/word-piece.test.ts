import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createWordPiece } from "./word-piece.ts";

const vocabulary = readFileSync(new URL("../../../assets/minilm/vocab.txt", import.meta.url), "utf8");
const words = vocabulary.split("\n");
const tokenize = createWordPiece(vocabulary, 256);
const pieces = (text: string) => tokenize(text).map((id) => words[id]);

test.each([
  ["Hello, World!", ["[CLS]", "hello", ",", "world", "!", "[SEP]"]],
  ["naïve café", ["[CLS]", "naive", "cafe", "[SEP]"]],
  ["unaffable tokenization", ["[CLS]", "una", "##ffa", "##ble", "token", "##ization", "[SEP]"]],
  ["don't (really)", ["[CLS]", "don", "'", "t", "(", "really", ")", "[SEP]"]],
  ["漢字", ["[CLS]", "漢", "[UNK]", "[SEP]"]],
  ["tab\tline\u0000\u200b", ["[CLS]", "tab", "line", "[SEP]"]],
  ["a".repeat(101), ["[CLS]", "[UNK]", "[SEP]"]],
  ["", ["[CLS]", "[SEP]"]],
])("%j is cut as BERT's uncased vocabulary cuts it", (text, expected) => {
  expect(pieces(text)).toEqual(expected);
});

test("a text has at most as many tokens as the model takes, the last one being the separator", () => {
  const ids = tokenize("word ".repeat(1_000));
  expect(ids).toHaveLength(256);
  expect(words[ids.at(-1) ?? 0]).toBe("[SEP]");
});

test("text that looks like a special token is text", () => {
  expect(pieces("[MASK] [SEP]")).toEqual(["[CLS]", "[", "mask", "]", "[", "sep", "]", "[SEP]"]);
});
