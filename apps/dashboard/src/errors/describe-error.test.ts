import { errorCodes } from "@parley/contracts";
import type { AppRouter } from "@parley/core/router";
import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { AccountError } from "../session/account-query.ts";
import { describeError } from "./describe-error.ts";
import { errorCode } from "./error-code.ts";

const answered = (appCode: string, response?: Response) =>
  TRPCClientError.from<AppRouter>(
    { error: { code: -32000, message: appCode, data: { appCode, requestId: "request-1" } } } as never,
    response && { meta: { response } },
  );

test.each(Object.keys(errorCodes))("%s is told with what to do, and with the request's id", (code) => {
  const { title, advice, requestId } = describeError(answered(code));
  expect(title === "Something went wrong on the server", "only what is the server's fault is told as its fault").toBe(
    code === "internal",
  );
  expect(advice).toMatch(/\.$/);
  expect(requestId).toBe("request-1");
});

test("trying again is offered only where it may help", () => {
  expect(describeError(answered("service.busy")).retryable).toBe(true);
  expect(describeError(answered("internal")).retryable).toBe(true);
  expect(describeError(answered("auth.forbidden")).retryable).toBe(false);
  const retryable = Object.keys(errorCodes).filter((code) => describeError(answered(code)).retryable);
  expect(retryable).toEqual(["rate.exceeded", "service.busy", "internal"]);
});

test("a server that did not answer is told apart from one that failed, and from a fault of the page", () => {
  const unreachable = describeError(TRPCClientError.from<AppRouter>(new TypeError("Failed to fetch")));
  expect(unreachable).toMatchObject({ title: "The server can't be reached", requestId: null, retryable: true });
  expect(describeError(new TypeError("x is undefined")).title).toBe("This part of the page does not work");
  expect(describeError(answered("internal")).title).toBe("Something went wrong on the server");
});

test.each([
  [20, "Wait 20 seconds, then try again."],
  [43_200, "Wait 12 hours, then try again."],
])("who was refused for the rate is told for how long: %i seconds", (seconds, advice) => {
  const response = new Response(null, { status: 429, headers: { "retry-after": String(seconds) } });
  expect(describeError(answered("rate.exceeded", response))).toMatchObject({ title: "Too many requests", advice });
  const account = { code: "rate.exceeded", status: 429, requestId: null, retryAfterSeconds: seconds };
  expect(describeError(new AccountError(account))).toMatchObject({ title: "Too many requests", advice });
});

test("where the server does not say so, a minute will do", () => {
  expect(describeError(answered("rate.exceeded")).advice).toBe("Wait a minute, then try again.");
});

test("the code is the server's, and undefined when none came", () => {
  expect(errorCode(answered("auth.required"))).toBe("auth.required");
  expect(errorCode(new Error("no code"))).toBeUndefined();
});
