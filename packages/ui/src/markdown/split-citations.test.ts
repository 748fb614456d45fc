import { expect, test } from "vitest";
import { splitCitations } from "./split-citations.ts";

const isCited = (number: number) => number === 1 || number === 12;

test.each([
  ["no marker", ["no marker"]],
  ["Press it [1]. Then wait [12][1].", ["Press it", 1, ". Then wait", 12, 1, "."]],
  ["[1]", [1]],
  ["list[0] and list[2]", ["list[0] and list[2]"]],
  ["[1] [3]", [1, " [3]"]],
  ["[1000] [x]", ["[1000] [x]"]],
  ["", []],
])("%j", (text, parts) => expect(splitCitations(text, isCited)).toEqual(parts));
