import { expect, test } from "vitest";
import { previewOf } from "./preview-of.ts";

test.each([
  ["Use **bold** and `code` [1], then [a link](https://example.com). [2]", "Use bold and code, then a link."],
  ["# Title\n\n- one\n- two", "Title one two"],
  ["<script>alert(1)</script>", "<script>alert(1)</script>"],
  ["line one\nline  two", "line one line two"],
  ["cut off in **mid", "cut off in **mid"],
  ["| Size | Price |\n| --- | --- |\n| small | 2 € |", "Size, Price small, 2 €"],
  ["Run:\n\n```sh\nparley ingest FILE\n```", "Run: parley ingest FILE"],
  ["1. one\n2. *two*", "one two"],
  ["It is 5 * 3 * 2, or snake_case_names, since 2020-2021", "It is 5 * 3 * 2, or snake_case_names, since 2020-2021"],
])("%j reads %j on one line", (text, preview) => {
  expect(previewOf(text)).toBe(preview);
});
