import { passwordLength } from "@parley/contracts";
import { expect, test } from "vitest";
import { shortestPassword, shortestWithSecondFactor } from "./password-rules.ts";

test("what is said of a password's length is the server's rule", () => {
  expect([shortestPassword, shortestWithSecondFactor]).toEqual([
    passwordLength.min,
    passwordLength.minWithSecondFactor,
  ]);
});
