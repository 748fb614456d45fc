import fc from "fast-check";
import { expect, test } from "vitest";
import { createCitationFilter } from "./citation-filter.ts";

function filterWhole(text: string, given: number[] = [1, 2, 3]) {
  const filter = createCitationFilter(given);
  const shown = filter.push(text) + filter.end();
  return { filter, shown };
}
const shownOf = (text: string, given?: number[]) => filterWhole(text, given).shown;

test("citations that hold come out numbered in order of first appearance", () => {
  const { filter, shown } = filterWhole("Add files [3]. Then wait [1][3], or ask [2, 1].");
  expect(shown).toBe("Add files [1]. Then wait [2][1], or ask [3][2].");
  expect(filter.cited).toEqual([3, 1, 2]);
});

test("a citation of a passage that was not given goes, with the space before it", () => {
  expect(shownOf("One [1]. Two [9]. Three [0] and [4]more [1, 9].")).toBe("One [1]. Two. Three andmore [1].");
});

test("ranges and other brackets are read as citations", () => {
  expect(shownOf("One [1-2]. Two 【3】. Three [ 1 ; 3 ]. Four [2–9].")).toBe(
    "One [1][2]. Two [3]. Three [1][3]. Four [2][3].",
  );
});

test("brackets that hold no numbers stay as they are", () => {
  const text = "See [1]: [x] [ ] [a1] [1a] [^1] [text](page) [1,] [-";
  expect(shownOf(text)).toBe(text);
});

test("a citation never becomes a link, nor do two halves of brackets become a citation", () => {
  expect(shownOf("So [1](https://example.com)")).toBe("So [1] (https://example.com)");
  expect(shownOf("So [1] [[9]2] and [ [9] 2]")).toBe("So [1] [2 and [  2");
});

test("in code, brackets are just brackets", () => {
  expect(shownOf("Use `args[1]` [2].\n```ts\nargs[1] + args[7]\n```\nDone [1].")).toBe(
    "Use `args[1]` [1].\n```ts\nargs[1] + args[7]\n```\nDone [2].",
  );
  expect(shownOf("``a`[1]`` ```b[1]``` [2]\n1. ```\n   [1]\n   ```\n[3]")).toBe(
    "``a`[1]`` ```b[1]``` [1]\n1. ```\n   [1]\n   ```\n[2]",
  );
});

test("a backtick that opens no code hides no citation", () => {
  expect(shownOf("The ` key [2]\nand [1] `that` [9]")).toBe("The ` key [1]\nand [2] `that`");
  expect(shownOf("At the end ` [3]")).toBe("At the end ` [1]");
});

test("nothing is shown before the first citation that holds", () => {
  const filter = createCitationFilter([1, 2]);
  expect(filter.push("Not yet, not with [7] either; ")).toBe("");
  expect(filter.push("but now [")).toBe("");
  expect(filter.push("2")).toBe("");
  expect(filter.push("]")).toBe("Not yet, not with either; but now [1]");
  expect(filter.push(" it flows")).toBe(" it flows");
});

test("without a citation that holds, nothing is shown at all", () => {
  const { filter, shown } = filterWhole("I just know this. Believe me [8].");
  expect([shown, filter.text, filter.supported, filter.cited]).toEqual(["", "", "", []]);
});

test("what is supported ends with the last citation and its punctuation", () => {
  expect(filterWhole("One [1]. Two [2].) And three").filter.supported).toBe("One [1]. Two [2].)");
  expect(filterWhole("One [1] . Two").filter.supported).toBe("One [1]");
});

test("control characters never come through", () => {
  expect(shownOf("A\u0000 b\r\n[1\u0007]\u001b.")).toBe("A b\n[1].");
});

const fragments = fc.constantFrom(
  ..."[]【】`\n\t ,;-–()123 9a.😀\u0000".split(/(?:)/u),
  "[1]",
  " [2]",
  "[9]",
  "[1, 3]",
  "[[",
  "```",
  "\n```\n",
  "`[1]`",
  "word",
);
const texts = fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join(""));

test("however the words are cut into chunks, the result is the same", () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(200), { maxLength: 12 }), (text, cuts) => {
      const whole = filterWhole(text);
      const filter = createCitationFilter([1, 2, 3]);
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) => a - b);
      let shown = "";
      for (const [index, place] of places.entries()) shown += filter.push(text.slice(place, places[index + 1]));
      shown += filter.end();
      expect([shown, filter.cited, filter.supported]).toEqual([
        whole.shown,
        whole.filter.cited,
        whole.filter.supported,
      ]);
    }),
    { numRuns: 3_000 },
  );
});

test("whatever comes in, what is shown outside of code cites only what was given", () => {
  // Without backticks there is no code, and every marker that is left must be one of ours.
  const brackets = fc.constantFrom("[", "]", "【", "】", "[1]", "[9]", "[1,9]", "9", " ", ",", "-", "\n", "a");
  const texts = fc.array(brackets, { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      const { shown, filter } = filterWhole(text, [1]);
      for (const [marker] of shown.matchAll(/\[[\d\s,;–-]*\d[\d\s,;–-]*\]/g)) {
        // `[1,]` and the like are no citations, neither here nor in the interface.
        expect(marker === "[1]" || !/^\[\s*\d+\s*\]$/.test(marker), marker).toBe(true);
      }
      expect(filter.cited).toEqual(shown === "" ? [] : [1]);
    }),
    { numRuns: 5_000 },
  );
});
