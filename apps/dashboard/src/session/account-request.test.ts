import { afterEach, expect, test, vi } from "vitest";
import { accountRequest } from "./account-request.ts";

afterEach(() => void vi.unstubAllGlobals());

function answerWith(status: number, body: unknown = {}, headers: Record<string, string> = {}) {
  const answer = vi.fn(async (url: string) =>
    url.endsWith("/api/csrf") ? Response.json({ token: "t" }) : Response.json(body, { status, headers }),
  );
  vi.stubGlobal("fetch", answer);
  return answer;
}

test("what is said goes in the body, and the cookie that comes back is kept", async () => {
  const fetch = answerWith(200, { status: true });
  const body = { email: "ada@example.com", password: "secret" };
  expect(await accountRequest("https://api.example.com", "/sign-in/email", body)).toEqual({
    ok: true,
    data: { status: true },
  });
  expect(fetch).toHaveBeenCalledWith(
    "https://api.example.com/api/auth/sign-in/email",
    expect.objectContaining({ method: "POST", credentials: "include", body: JSON.stringify(body) }),
  );
});

test("without anything to say it is a question that changes nothing", async () => {
  const fetch = answerWith(200, []);
  await accountRequest("https://api.example.com", "/list-sessions");
  expect(fetch).toHaveBeenCalledExactlyOnceWith(
    "https://api.example.com/api/auth/list-sessions",
    expect.objectContaining({ method: "GET", credentials: "include" }),
  );
});

test.each([
  ["of the accounts' own", { code: "INVALID_TOKEN", message: "Invalid token" }, "INVALID_TOKEN", "header-id"],
  ["of the api's", { error: { code: "rate.exceeded", requestId: "body-id" } }, "rate.exceeded", "body-id"],
  ["without a code", {}, "unknown", "header-id"],
] as const)(
  "a failure %s is told by its code, its request, and when to come back",
  async (_, body, code, requestId) => {
    answerWith(429, body, { "x-request-id": "header-id", "retry-after": "7" });
    expect(await accountRequest("", "/sign-in/email", {})).toEqual({
      ok: false,
      failure: { code, status: 429, requestId, retryAfterSeconds: 7 },
    });
  },
);

test("an answer that is no JSON is a failure like others", async () => {
  vi.stubGlobal("fetch", async (url: string) =>
    url.endsWith("/api/csrf") ? Response.json({ token: "t" }) : new Response("<html>", { status: 502 }),
  );
  expect(await accountRequest("", "/sign-out", {})).toMatchObject({
    ok: false,
    failure: { code: "unknown", status: 502, requestId: null, retryAfterSeconds: null },
  });
});

test("no answer at all is told as unreachable", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  expect(await accountRequest("", "/sign-out", {})).toMatchObject({ ok: false, failure: { code: "unreachable" } });
});
