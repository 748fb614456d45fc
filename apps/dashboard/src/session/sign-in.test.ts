import { afterEach, expect, test, vi } from "vitest";
import { signIn } from "./sign-in.ts";

afterEach(() => void vi.unstubAllGlobals());

const credentials = { email: "ada@example.com", password: "secret" };

function answerWith(status: number, body: unknown = {}) {
  const answer = vi.fn(async () => Response.json(body, { status }));
  vi.stubGlobal("fetch", answer);
  return answer;
}

test("the password goes in the body, and the cookie that comes back is kept", async () => {
  const fetch = answerWith(200);
  expect(await signIn("https://api.example.com", credentials)).toEqual({ ok: true });
  expect(fetch).toHaveBeenCalledWith(
    "https://api.example.com/api/auth/sign-in/email",
    expect.objectContaining({ method: "POST", credentials: "include", body: JSON.stringify(credentials) }),
  );
});

test.each([
  [401, "wrong"],
  [400, "wrong"],
  [403, "origin"],
  [429, "too_many"],
  [500, "server"],
] as const)("%d is told as %s", async (status, reason) => {
  answerWith(status, { error: { requestId: "request-1" } });
  expect(await signIn("https://api.example.com", credentials)).toEqual({ ok: false, reason, requestId: "request-1" });
});

test("an answer that is no JSON has no request id, and is a failure all the same", async () => {
  vi.stubGlobal("fetch", async () => new Response("<html>", { status: 502 }));
  expect(await signIn("https://api.example.com", credentials)).toEqual({
    ok: false,
    reason: "server",
    requestId: null,
  });
});

test("no answer at all is told as unreachable", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  expect(await signIn("https://api.example.com", credentials)).toMatchObject({ ok: false, reason: "unreachable" });
});
