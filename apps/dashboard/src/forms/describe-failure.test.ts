import { expect, test } from "vitest";
import { describeFailure } from "./describe-failure.ts";
import { isToWait } from "./use-submission.ts";

const failure = { code: "unknown", status: 500, requestId: null, retryAfterSeconds: null };

test("a page's own words come before the usual ones", () => {
  const wrong = { ...failure, status: 400, code: "INVALID_PASSWORD" };
  expect(describeFailure(wrong)).toBe("The password is wrong.");
  expect(describeFailure(wrong, { INVALID_PASSWORD: "Your current password is another." })).toMatch("another");
});

test.each([
  [401, /signed out/],
  [403, /not allowed/],
  [500, /report the request id/],
])("a code that nobody knows is told by its status, %d", (status, words) => {
  expect(describeFailure({ ...failure, code: "SOMETHING_NEW", status })).toMatch(words);
});

test("a limit is waited for; a locked account is told", () => {
  expect(isToWait({ ...failure, status: 429, code: "rate.exceeded" })).toBe(true);
  expect(isToWait({ ...failure, status: 429, code: "TOO_MANY_ATTEMPTS" })).toBe(false);
  expect(isToWait(failure)).toBe(false);
});
