import { expect, test } from "vitest";
import { parseMarkdown } from "./parse-markdown.ts";
import { plainText } from "./plain-text.ts";

test("the words stay, the markup goes", () => {
  const source = "# Title\nA **bold** [link](https://x.example)\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|";
  expect(plainText(parseMarkdown(source))).toBe("Title\nA bold link\none\ntwo\na, b\n1, 2");
});
