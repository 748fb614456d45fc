import { expect, test } from "vitest";
import { describeFailure } from "./describe-failure.ts";
import { isToWait } from "./use-submission.ts";

const failure = { code: "unknown", status: 500, requestId: null, retryAfterSeconds: null };

test("a page's own words come before the usual ones", () => {
  const wrong = { ...failure, status: 400, code: "INVALID_PASSWORD" };
  expect(describeFailure(wrong).text).toBe("The password is wrong.");
  expect(describeFailure(wrong, { INVALID_PASSWORD: "Your current password is another." }).text).toMatch("another");
});

test.each([
  [401, /signed out/],
  [403, /not allowed/],
  [500, /could not do it/],
])("a code that nobody knows is told by its status, %d", (status, words) => {
  expect(describeFailure({ ...failure, code: "SOMETHING_NEW", status }).text).toMatch(words);
});

test("whoever is asked to report a request's id is told it, and nobody is asked to report what is not known", () => {
  for (const status of [400, 404, 409, 429, 500, 503]) {
    const known = describeFailure({ ...failure, code: "SOMETHING_NEW", status, requestId: "request-1" });
    expect([known.text, known.requestId]).toEqual([expect.stringMatching(/report the request id/), "request-1"]);
    expect(describeFailure({ ...failure, code: "SOMETHING_NEW", status }).text).not.toMatch(/request id/);
  }
});

test.each([
  ["TOO_MANY_ATTEMPTS", 429, /locked for a quarter of an hour/],
  ["csrf.invalid", 403, /cookies/],
  ["unfinished", 200, /was done/],
])("%s is told as what it is, whichever form meets it", (code, status, words) => {
  expect(describeFailure({ ...failure, code, status }).text).toMatch(words);
});

test("a limit that passes soon is waited for; a longer one is told with its length, and so is a locked account", () => {
  expect(isToWait({ ...failure, status: 429, code: "rate.exceeded" })).toBe(true);
  expect(isToWait({ ...failure, status: 429, code: "TOO_MANY_ATTEMPTS" })).toBe(false);
  expect(isToWait(failure)).toBe(false);
  const limited = (retryAfterSeconds: number) => ({
    ...failure,
    status: 429,
    code: "rate.exceeded",
    retryAfterSeconds,
  });
  expect(isToWait(limited(60))).toBe(true);
  expect(isToWait(limited(61))).toBe(false);
  expect(describeFailure(limited(900)).text).toMatch("Try again in 15 minutes.");
});
