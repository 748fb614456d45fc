import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";

const words = (markdown: string) => plainText(markdown).replace(/\s+/g, " ").trim();

test.each([
  ["## A *heading* {#anchor}", "A heading"],
  ["**bold**, _slanted_, `code` and ~~struck~~", "bold, slanted, code and struck"],
  ["snake_case_names and 2 * 3 * 4 stay", "snake_case_names and 2 * 3 * 4 stay"],
  ["[a link](https://a.example/x_(y)) and ![a picture](p.png)", "a link and a picture"],
  ["[a reference][ref] and [brackets]", "a reference and [brackets]"],
  ["- one\n- [x] two\n1. three", "one two three"],
  ["> quoted\n> twice", "quoted twice"],
  ["| a | b |\n|---|:-:|\n| c | d |", "a b c d"],
  ["```sh\nnpm start\n```", "npm start"],
  ["<b>tags</b> go, <!-- comments --> too, but a < b stays", "tags go, too, but a < b stays"],
  ["\\*not bold\\* &amp; &lt;not a tag&gt;", "*not bold* & <not a tag>"],
])("%j reads %j", (markdown, expected) => {
  expect(words(markdown)).toBe(expected);
});

test.each(["[", "*", "`", "<a", "![", "_a ", "| ", "[a](", "\\"])("many of %j are no trouble", (part) => {
  const text = part.repeat(2_000);
  expect(plainText(text).length).toBeLessThanOrEqual(text.length);
});
