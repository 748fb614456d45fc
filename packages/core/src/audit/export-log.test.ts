import { expect, test } from "vitest";
import { csvField } from "./export-log.ts";

test.each([
  ["=1+1", `"'=1+1"`],
  ["+49 30", `"'+49 30"`],
  ["-2", `"'-2"`],
  ["@SUM(A1)", `"'@SUM(A1)"`],
  ["\t=1", `"'\t=1"`],
  ["\r=1", `"'\r=1"`],
  ["  =1", `"'  =1"`],
  ["＝1", `"'＝1"`],
  ["|cmd", `"'|cmd"`],
])("%j would be run by a spreadsheet, and is text", (value, field) => {
  expect(csvField(value)).toBe(field);
});

test.each([
  ["Ada Lovelace", '"Ada Lovelace"'],
  ['She said "no", twice', '"She said ""no"", twice"'],
  ["one\r\ntwo", '"one\r\ntwo"'],
  ["a=b", '"a=b"'],
  ["", '""'],
  [12, "12"],
  [null, ""],
])("%j is one field", (value, field) => {
  expect(csvField(value)).toBe(field);
});
