import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { askRaw, readReply } from "@parley/platform/testing/ask-raw";
import { afterAll, describe, expect, test, vi } from "vitest";
import { createTestApi, dashboard } from "./testing/test-api.ts";

const { api, call, signedIn, logged, close } = await createTestApi({ environment: { NODE_ENV: "production" } });
const secure = await createTestApi({
  environment: { API_URL: "https://api.example.com", DASHBOARD_URL: "https://app.example.com" },
});
afterAll(async () => {
  await close();
  await secure.close();
});

const table = {
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": expect.stringContaining("camera=()"),
  "cache-control": "no-store",
  "x-request-id": expect.stringMatching(/^[\w-]{36}$/),
};

const routes = api.routeNames.filter(({ url }) => url !== "*");

describe("[K5] every route", () => {
  test.each(routes)("$method $url has the headers, whatever it answers", async ({ method, url }) => {
    const at = url.replace(/:\w+/g, "x");
    const { headers } = await api.inject({ method: method as "GET", url: at, remoteAddress: "10.8.0.1" });
    expect(headers).toMatchObject(table);
    expect(headers["strict-transport-security"], "over http it would be ignored").toBeUndefined();
    expect(headers["x-powered-by"] ?? headers.server).toBeUndefined();
    const overHttps = await secure.api.inject({ method: method as "GET", url: at, remoteAddress: "10.8.0.1" });
    expect(overHttps.headers).toMatchObject({
      ...table,
      "strict-transport-security": "max-age=31536000; includeSubDomains",
    });
  });

  test.each(["/nothing", "/trpc/nothing.at.all", "/%ff", "/api/auth/sign-up"])(
    "so has the answer at %s, where nothing is",
    async (url) => {
      const answer = await api.inject({ url });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.headers).toMatchObject(table);
    },
  );
});

describe("[K5] so has the answer to what is no request, or never becomes one", () => {
  const expectHeaders = ({ headers, body }: { headers: Record<string, string>; body: string }, code: string) => {
    expect(headers).toMatchObject({ ...table, "content-type": "application/json; charset=utf-8" });
    expect(JSON.parse(body)).toEqual({
      error: { code, message: expect.any(String), requestId: headers["x-request-id"] },
    });
    // The id is for finding it.
    expect(JSON.stringify(logged)).toContain(headers["x-request-id"]);
  };
  const address = async () => {
    if (!api.server.listening) await api.listen({ host: "127.0.0.1", port: 0 });
    return { host: "127.0.0.1", port: (api.server.address() as AddressInfo).port };
  };

  test.each([
    ["words", "good morning\r\n\r\n", 400, "input.invalid"],
    ["headers without an end", `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}`, 431, "input.too_large"],
  ] as const)("%s", async (_what, bytes, status, code) => {
    const answer = await askRaw(await address(), bytes);
    expect(answer.status).toBe(status);
    expectHeaders(answer, code);
  });

  test("a request that takes too long", async () => {
    const at = await address();
    const accepted = once(api.server, "connection");
    const client = connect(at);
    const [socket] = (await accepted) as [Socket];
    // Node says so after ten seconds.
    const late = Object.assign(new Error("timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
    api.server.emit("clientError", late, socket);
    let text = "";
    for await (const chunk of client) text += chunk;
    const answer = readReply(text);
    expect(answer.status).toBe(408);
    expectHeaders(answer, "input.invalid");
  });
});

test("[K5 + control] in production a fault of ours is told by an id and nothing else, and the log finds it by that", async () => {
  // One of which nobody has asked yet whether it is ready: what it answers is good for a second.
  const fresh = await createTestApi({ environment: { NODE_ENV: "production" } });
  const secret = "the words of a fault at /some/path.ts:1";
  const fault = vi.spyOn(fresh.world.db, "ping").mockRejectedValue(new Error(secret));
  const { cookie } = await fresh.signedIn();
  const broken = vi.spyOn(fresh.world.db, "read").mockRejectedValue(new Error(secret));
  try {
    for (const url of ["/readyz", "/trpc/session.me", "/trpc/conversations.counts"]) {
      const answer = await fresh.api.inject({ url, headers: { cookie } });
      expect(answer.statusCode).toBeGreaterThanOrEqual(500);
      expect(answer.body).not.toMatch(/words of a fault|stack|\.ts|node_modules| at /);
      expect(answer.headers["x-request-id"]).toMatch(/^[\w-]{36}$/);
    }
    const answer = await fresh.api.inject({ url: "/trpc/session.me", headers: { cookie } });
    const id = String(answer.headers["x-request-id"]);
    expect(JSON.stringify(fresh.logged.filter((line) => JSON.stringify(line).includes(id)))).toContain(secret);
  } finally {
    fault.mockRestore();
    broken.mockRestore();
    await fresh.close();
  }
});

describe("[K6]", () => {
  test.each([
    "/metrics",
    "/docs",
    "/documentation",
    "/swagger",
    "/.git/config",
    "/.env",
    "/main.js.map",
    "/debug",
    "/graphql",
  ])("there is no %s", async (url) => {
    const answer = await api.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ error: { requestId: expect.any(String) } });
  });

  test("[K6 control] what is there is answered, whoever asks", async () => {
    expect((await api.inject({ url: "/healthz" })).statusCode).toBe(200);
  });

  test("TRACE tells nobody what was sent", async () => {
    const answer = await api.inject({
      method: "TRACE" as "GET",
      url: "/trpc/session.me",
      headers: { cookie: "a=secret" },
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain("secret");
  });

  const origins = [dashboard, "https://shop.example", "https://evil.example", "null", `${dashboard}.evil.example`];
  const areas: [string, (origin: string) => [string | undefined, string | undefined]][] = [
    // The dashboard alone, with its cookie
    ["/trpc/session.me", () => [dashboard, "true"]],
    ["/api/csrf", () => [dashboard, "true"]],
    ["/api/auth/devices", () => [dashboard, "true"]],
    // Any page, and no cookie
    ["/widget/v1/conversations", () => ["*", undefined]],
    // No page
    ["/admin/v1/audit-logs", () => [undefined, undefined]],
    ["/v1/conversations", () => [undefined, undefined]],
  ];
  test.each(areas)("which pages may read %s", async (url, expected) => {
    const { cookie } = await signedIn();
    for (const origin of origins) {
      const { headers } = await call("GET", url, { origin, headers: { cookie } });
      const [allowed, credentials] = expected(origin);
      const told = headers["access-control-allow-origin"];
      if (allowed === dashboard && origin !== dashboard) expect([undefined, dashboard], origin).toContain(told);
      else expect(told, origin).toBe(allowed);
      if (allowed === "*" || allowed === undefined) {
        expect(headers["access-control-allow-credentials"], origin).toBe(credentials);
      }
    }
  });
});
