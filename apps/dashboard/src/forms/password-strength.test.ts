import { expect, test } from "vitest";
import { estimatePasswordStrength } from "./password-strength.ts";

test.each([
  ["passwordpassword", /repeat|used/i],
  ["aaaaaaaaaaaaaaaaaaaa", /repeated letters/i],
  ["qwertyuiopasdfghjkl", /keys in a row|keyboard|used/i],
])("%s is long enough, and said to be easy all the same", (password, weakness) => {
  const strength = estimatePasswordStrength(password, []);
  expect(strength.score).toBeLessThan(3);
  expect(strength.weakness).toMatch(weakness);
});

test("what is known of the person makes it easier", () => {
  const personal = ["Ada Lovelace", "ada.lovelace@example.com", "Analytical Engines"];
  const password = "lovelace-analytical-engines";
  expect(estimatePasswordStrength(password, []).score).toBe(4);
  expect(estimatePasswordStrength(password, personal).score).toBeLessThan(4);
});

test("so does the product's own name, which the server refuses", () => {
  const { score, weakness } = estimatePasswordStrength("parley parley par", []);
  expect(score).toBeLessThan(2);
  expect(weakness).toContain("or ours");
});

test("some words that have nothing to do with each other are strong", () => {
  expect(estimatePasswordStrength("copper walrus below the lantern", [])).toEqual({ score: 4, weakness: undefined });
});
