import { expect, test } from "vitest";
import { readCsv } from "./read-csv.ts";

const read = (csv: string) => readCsv(new TextEncoder().encode(csv)).text;

test.each([
  ["commas", ","],
  ["semicolons", ";"],
  ["tabs", "\t"],
  ["bars", "|"],
])("each row of a table says what its cells are: %s", (_name, delimiter) => {
  const rows = [
    ["Plan", "Price", "Note"],
    ["Pro", '"20, or 18; as of now"', '"The ""best""\r\nof all"'],
    ["Free", "0", ""],
  ];
  expect(read(rows.map((row) => row.join(delimiter)).join("\r\n"))).toBe(
    '- Plan: Pro\\\n  Price: 20, or 18; as of now\\\n  Note: The "best" of all\n- Plan: Free\\\n  Price: 0\n',
  );
});

test("a table without names is read, and so is one of names alone", () => {
  expect(read("1,2\n\n3,4\n")).toBe("- 1\\\n  2\n- 3\\\n  4\n");
  expect(read("Plan,Price\n")).toBe("- Plan\\\n  Price\n");
});

test("a row that is shorter or longer than the others is read all the same", () => {
  expect(read("a,b\n1\n1,2,3\n")).toBe("- a: 1\n- a: 1\\\n  b: 2\\\n  3\n");
});

test("what would be Markdown by chance stays the words that it is", () => {
  expect(read("x1,y\n-1,*b* # <i> [l](m) `c` a_b\n")).toBe(
    "- x1: -1\\\n  y: \\*b\\* \\# \\<i\\> \\[l\\](m) \\`c\\` a\\_b\n",
  );
  expect(read("1,2\n- a,+ b\n3. c,= d\n")).toBe("- 1\\\n  2\n- \\- a\\\n  \\+ b\n- 3\\. c\\\n  \\= d\n");
});

test("what can't be a table is refused", () => {
  expect(() => read("<!DOCTYPE html><p>x,y</p>")).toThrow("document.mismatch");
  expect(() => read('a,b\n"never closed,1\n')).toThrow("Quote");
});

test.each([
  ["the file says itself", "sep=;\nName;Price, in euros\nA;5\n", "- Name: A\\\n  Price, in euros: 5\n"],
  ["stands between what is quoted", '"Name, of it";Price\nA;5\n', "- Name, of it: A\\\n  Price: 5\n"],
])("cells are divided by what %s", (_how, csv, expected) => {
  expect(read(csv)).toBe(expected);
});
