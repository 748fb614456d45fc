import { afterEach, expect, test, vi } from "vitest";
import { callApi, prepareApi } from "./call-api.ts";

afterEach(() => void vi.unstubAllGlobals());

type Sent = { url: string; method: string; token: string | null; type: string | null; body: unknown };
let hosts = 0;

/** A server of its own whose tokens are called t1, t2 …; it takes the newest that it gave. */
function startServer({ refuses = () => false }: { refuses?: (sent: Sent) => boolean } = {}) {
  const apiUrl = `https://api-${hosts++}.example.com`;
  const sent: Sent[] = [];
  let given = 0;
  let valid = "";
  const fetch = vi.fn(async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    const one: Sent = {
      url: url.slice(apiUrl.length),
      method: init.method ?? "GET",
      token: headers.get("x-csrf-token"),
      type: headers.get("content-type"),
      body: init.body,
    };
    sent.push(one);
    if (one.url === "/api/csrf") {
      valid = `t${++given}`;
      return Response.json({ token: valid });
    }
    const isRefused = one.method !== "GET" && (one.token !== valid || refuses(one));
    return isRefused ? Response.json({ error: { code: "csrf.invalid" } }, { status: 403 }) : Response.json({});
  });
  vi.stubGlobal("fetch", fetch);
  return {
    apiUrl,
    fetch,
    urls: () => sent.map(({ url, token }) => (token ? `${url} ${token}` : url)),
    sent,
    /** As when the session has become another one. */
    changeSession: () => {
      valid = "of another session";
    },
  };
}

test("what changes something carries a token and is JSON; what asks carries none; the cookie goes with both", async () => {
  const { apiUrl, sent, fetch } = startServer();
  await callApi(apiUrl, "/trpc/a");
  await callApi(apiUrl, "/trpc/b", { method: "POST", body: "{}" });
  expect(sent).toEqual([
    { url: "/trpc/a", method: "GET", token: null, type: null, body: null },
    { url: "/api/csrf", method: "GET", token: null, type: null, body: null },
    { url: "/trpc/b", method: "POST", token: "t1", type: "application/json", body: "{}" },
  ]);
  for (const [, init] of fetch.mock.calls) expect(init).toMatchObject({ credentials: "include", redirect: "error" });
});

test("one token does for many requests, also for those that are made at the same time", async () => {
  const server = startServer();
  const post = (path: string) => callApi(server.apiUrl, path, { method: "POST" });
  await Promise.all([post("/trpc/a"), post("/trpc/b")]);
  await post("/trpc/c");
  expect(server.urls()).toEqual(["/api/csrf", "/trpc/a t1", "/trpc/b t1", "/trpc/c t1"]);
});

test("a token that is refused is renewed, and the same is asked again, once", async () => {
  const server = startServer();
  await callApi(server.apiUrl, "/trpc/a", { method: "POST" });
  server.changeSession();
  expect((await callApi(server.apiUrl, "/trpc/b", { method: "POST" })).status).toBe(200);
  expect(server.urls()).toEqual(["/api/csrf", "/trpc/a t1", "/trpc/b t1", "/api/csrf", "/trpc/b t2"]);

  const stubborn = startServer({ refuses: () => true });
  const refused = await callApi(stubborn.apiUrl, "/trpc/a", { method: "POST" });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toEqual({ error: { code: "csrf.invalid" } });
  expect(stubborn.urls()).toEqual(["/api/csrf", "/trpc/a t1", "/api/csrf", "/trpc/a t2"]);
});

test("another refusal is left to the caller", async () => {
  const { apiUrl, fetch } = startServer();
  prepareApi(apiUrl);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce());
  fetch.mockResolvedValueOnce(Response.json({ error: { code: "auth.forbidden" } }, { status: 403 }));
  expect((await callApi(apiUrl, "/trpc/a", { method: "POST" })).status).toBe(403);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test("signing in or out asks for a new token", async () => {
  const server = startServer();
  await callApi(server.apiUrl, "/api/auth/sign-in/email", { method: "POST" });
  await callApi(server.apiUrl, "/trpc/a", { method: "POST" });
  expect(server.urls()).toEqual(["/api/csrf", "/api/auth/sign-in/email t1", "/api/csrf", "/trpc/a t2"]);
});

test("a server that gives no token is heard, and asked again the next time", async () => {
  const { apiUrl, fetch } = startServer();
  fetch.mockResolvedValueOnce(Response.json({ error: { code: "rate.exceeded" } }, { status: 429 }));
  const first = await callApi(apiUrl, "/trpc/a", { method: "POST" });
  expect([first.status, await first.json()]).toEqual([429, { error: { code: "rate.exceeded" } }]);
  fetch.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await expect(callApi(apiUrl, "/trpc/a", { method: "POST" })).rejects.toThrow("Failed to fetch");
  expect((await callApi(apiUrl, "/trpc/a", { method: "POST" })).status).toBe(200);
});

test("the token goes nowhere but to the api", async () => {
  const { apiUrl, fetch } = startServer();
  for (const path of ["https://evil.example/", ".evil.example/", "@evil.example/"]) {
    await expect(callApi(apiUrl, path, { method: "POST" })).rejects.toThrow(TypeError);
  }
  expect(fetch).not.toHaveBeenCalled();
});

test("whoever gives up is not answered", async () => {
  const { apiUrl, fetch } = startServer();
  const giveUp = new AbortController();
  await callApi(apiUrl, "/trpc/a", { signal: giveUp.signal });
  const signal = fetch.mock.calls[0]?.[1].signal;
  expect(signal?.aborted).toBe(false);
  giveUp.abort();
  expect(signal?.aborted).toBe(true);
});
