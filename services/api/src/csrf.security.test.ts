import { randomUUID } from "node:crypto";
import { ConversationId, MessageId } from "@parley/contracts";
import { createFullTenant } from "@parley/core/testing/full-tenant";
import { procedures } from "@parley/core/testing/procedures";
import { sampleInput } from "@parley/core/testing/sample-input";
import { openDatabase } from "@parley/db";
import { messages } from "@parley/db/schema";
import { createTestDatabase, withClient } from "@parley/db/testing";
import type { InjectOptions } from "fastify";
import { afterAll, describe, expect, test } from "vitest";
import { openedWithoutCookie } from "./csrf-guard.ts";
import { postedRoutes } from "./testing/posted-routes.ts";
import { createTestApi, dashboard } from "./testing/test-api.ts";

// Every procedure that changes something and every route that is no GET, as another site would call it with a member's cookie: refused
// each time, and the database is the same afterwards. What is attacked comes from the router and the api, so nothing is left out.

const shop = "https://shop.example";
const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const { api, world, signIn, sessionOf, csrfOf, visitor, signedIn, close } = await createTestApi({ db });
const ours = await createFullTenant(world, "ours");
const owner = await signIn(ours);
const other = await signedIn();
afterAll(async () => {
  await close();
  await db.close();
  await database.drop();
});

type Headers = Record<string, string>;
type Target = { name: string; url: string; body: unknown };

const called = procedures.map(({ path, type, inputs: [input] }): Target & { type: string } => ({
  name: path,
  type,
  url: `/trpc/${path}`,
  body: input ? sampleInput(input, ({ kind }) => ours.ids[kind]) : {},
}));
const mutations = called.filter(({ type }) => type === "mutation");
const bodies: Record<string, unknown> = {
  "/api/auth/sign-in/email": { email: owner.email, password: "correct horse battery staple" },
};
const accountRoutes = api.routeNames
  .filter(({ method, url }) => method === "POST" && url.startsWith("/api/"))
  .map(({ url }): Target => ({ name: url, url, body: bodies[url] ?? {} }));
const targets = [...mutations, ...accountRoutes];

/** As a browser sends what a page of ours asks. */
const own: Headers = {
  origin: dashboard,
  "content-type": "application/json",
  "sec-fetch-site": "same-site",
  "sec-fetch-mode": "cors",
};

let callers = 0;
async function send(url: string, headers: Headers, payload: string, method: InjectOptions["method"] = "POST") {
  const remoteAddress = `10.9.${(callers >> 8) & 255}.${callers++ & 255}`;
  const answer = await api.inject({ method, url, remoteAddress, headers, payload });
  const isJson = String(answer.headers["content-type"]).includes("json") && answer.body;
  return { status: answer.statusCode, code: isJson ? codeOf(answer.json()) : "", answer };
}

/** The code of a refusal, as the api, tRPC or /v1 tells it; empty when it is none. */
function codeOf(body: { code?: unknown; error?: { code: unknown; data?: { appCode: string } } } | null): string {
  return String(body?.error?.data?.appCode ?? body?.error?.code ?? body?.code ?? "");
}

/** All rows of all tables; but for the log of refusals, which is to grow. */
const state = () =>
  withClient(database.adminConnection, async (admin) => {
    const { rows } = await admin.query(`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname in ('public', 'auth', 'pgboss') and relkind = 'r' and relname not like 'audit_%' order by 1`);
    const found: Record<string, unknown> = {};
    for (const { name } of rows) {
      if (name.startsWith("pgboss.") && name !== "pgboss.job_common") continue;
      const { rows: content } = await admin.query(
        `select coalesce(json_agg(t order by t::text), '[]') as all from ${name} t`,
      );
      found[name] = content[0].all;
    }
    return found;
  });

const without = ({ [`x-csrf-token`]: _, ...headers }: Headers): Headers => headers;
const valid = (cookie = owner.cookie): Headers => ({ ...own, ...csrfOf(cookie) });
/** The owner's cookies with somebody else's token. */
const withTokenOf = (cookie: string | undefined): Headers => {
  const mine = csrfOf(owner.cookie);
  const theirs = csrfOf([cookie, nonceOf(mine.cookie)].filter(Boolean).join("; "));
  return { ...own, cookie: mine.cookie, "x-csrf-token": theirs["x-csrf-token"] };
};
const nonceOf = (cookies: string) => cookies.split("; ").find((cookie) => cookie.startsWith("parley.csrf=")) ?? "";

const secondSession = await sessionOf(owner.email);

const origins: [string, string | undefined][] = [
  ["another site", "https://evil.example"],
  ["nobody knows where", "null"],
  ["a page that does not say", undefined],
  ["a look-alike with a suffix", "http://localhost:5174.evil.example"],
  ["a look-alike with a prefix", "http://evil-localhost:5174"],
  ["another port", "http://localhost:51740"],
  ["another scheme", "https://localhost:5174"],
  ["a name in user info", "http://localhost:5174@evil.example"],
  ["an origin with a slash", "http://localhost:5174/"],
  ["an origin in capitals", "HTTP://LOCALHOST:5174"],
  ["two origins", `${dashboard}, https://evil.example`],
  ["the address for the name", "http://127.0.0.1:5174"],
  ["the api itself", "http://localhost:3001"],
  ["the widget's site", "http://localhost:5176"],
];
const types: [string, string | undefined][] = [
  ["a urlencoded form", "application/x-www-form-urlencoded"],
  ["a multipart form", "multipart/form-data; boundary=x"],
  ["a plain text form", "text/plain"],
  ["plain text with JSON for a parameter", "text/plain; application/json"],
  ["plain text, a tab and JSON", "text/plain;\tapplication/json"],
  ["JSON, a tab and a parameter", "application/json\t; charset=utf-8"],
  ["JSON with another parameter", "application/json; foo=bar"],
  ["JSON in another charset", "application/json; charset=utf-7"],
  ["two types", "application/json, text/plain"],
  ["something like JSON", "application/jsonp"],
  ["another JSON", "application/csp-report"],
  ["no type", undefined],
];

const attacks: { name: string; id: string; status: number; code: string; headers: Headers }[] = [
  ...origins.map(([from, origin]) => {
    const { origin: _, ...headers } = valid();
    return {
      name: `from ${from}`,
      id: "C6",
      status: 403,
      code: "origin.not_allowed",
      headers: { ...headers, ...(origin && { origin }) },
    };
  }),
  ...types.map(([what, type]) => {
    const { "content-type": _, ...headers } = valid();
    return {
      name: `as ${what}`,
      id: /form/.test(what) ? "C1" : "C2",
      status: 415,
      code: "input.invalid",
      headers: { ...headers, ...(type && { "content-type": type }) },
    };
  }),
  ...["cross-site", "none"].map((site) => ({
    name: `that the browser calls ${site}`,
    id: "C1",
    status: 403,
    code: "origin.not_allowed",
    headers: { ...valid(), "sec-fetch-site": site },
  })),
  ...["navigate", "no-cors", "websocket"].map((mode) => ({
    name: `in the mode ${mode}`,
    id: "C1",
    status: 403,
    code: "origin.not_allowed",
    headers: { ...valid(), "sec-fetch-mode": mode },
  })),
  ...(
    [
      ["without a token", without(valid())],
      ["with an empty token", { ...valid(), "x-csrf-token": "" }],
      ["with a made-up token", { ...valid(), "x-csrf-token": "a".repeat(43) }],
      ["with the cookie's value for a token", { ...valid(), "x-csrf-token": nonceOf(valid().cookie ?? "").slice(12) }],
      ["with another user's token", withTokenOf(other.cookie)],
      ["with a token of another session of the same user", withTokenOf(secondSession)],
      ["with a token from before the sign-in", withTokenOf(undefined)],
      ["with another browser's token", { ...valid(), "x-csrf-token": csrfOf(owner.cookie)["x-csrf-token"] }],
      ["with a token but without its cookie", { ...valid(), cookie: owner.cookie }],
    ] as const
  ).map(([name, headers]) => ({
    name,
    id: "C8",
    status: 403,
    code: "csrf.invalid",
    headers: { ...headers } as Headers,
  })),
];

test("there is something to attack", () => {
  expect(mutations.map(({ name }) => name)).toContain("conversations.takeOver");
  expect(accountRoutes.map(({ name }) => name)).toContain("/api/auth/sign-in/email");
  const guarded = new Set(["POST /trpc/:path", ...accountRoutes.map(({ url }) => `POST ${url}`)]);
  const open = new Set(Object.keys(openedWithoutCookie));
  const changing = api.routeNames
    .filter(({ method, url }) => !["GET", "HEAD", "OPTIONS"].includes(method) && url !== "/trpc/:path")
    .map(({ method, url }) => `${method} ${url}`);
  expect(changing.filter((name) => !guarded.has(name) && !open.has(name))).toEqual([]);
  // What is attacked in a browser, from the list, is all that is attacked here.
  expect(changing.sort()).toEqual(postedRoutes.map((url) => `POST ${url}`).sort());
});

test("[C1, C2, C3, C6, C8 control] the proof would notice: with a token of its own, a takeover changes the database", async () => {
  const before = await state();
  const answer = await send(
    "/trpc/conversations.takeOver",
    valid(),
    JSON.stringify({ conversationId: ours.conversationId }),
  );
  expect(answer.status).toBe(200);
  expect(await state()).not.toEqual(before);
});

describe.each(targets)("$name", ({ url, body }) => {
  test("[C1 C2 C6 C8] no request of another site changes anything", async () => {
    const before = await state();
    for (const { name, id, status, code, headers } of attacks) {
      const answer = await send(url, headers, JSON.stringify(body));
      expect([answer.status, answer.code], `[${id}] ${name}`).toEqual([status, code]);
    }
    expect(await state()).toEqual(before);
  });

  test("[C3] neither GET nor HEAD nor another method changes anything, whatever method they claim", async () => {
    const before = await state();
    const claims: Headers = { "x-http-method-override": "POST", "x-http-method": "POST", "x-method-override": "POST" };
    const input = encodeURIComponent(JSON.stringify(body));
    for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"] as const) {
      for (const headers of [valid(), { ...valid(), ...claims }]) {
        const answer = await send(`${url}?_method=POST&input=${input}`, headers, "", method);
        expect(answer.status, method).toBe(405);
      }
    }
    expect(await state()).toEqual(before);
  });
});

test.each(targets)("$name lets a request of our own in", async ({ url, body }) => {
  // What ends sessions is to end another's.
  const session = url.startsWith("/api/") ? await sessionOf(other.email) : owner.cookie;
  const { status, code } = await send(url, valid(session), JSON.stringify(body));
  expect(status).not.toBe(415);
  expect(code).not.toMatch(/^(origin|csrf)\./);
});

test("[C4 + control] nobody is signed in by another site, though there is no session yet", async () => {
  const payload = JSON.stringify(bodies["/api/auth/sign-in/email"]);
  const attempt = (headers: Headers) => send("/api/auth/sign-in/email", headers, payload);
  const anonymous: Headers = { ...own, ...csrfOf() };
  for (const headers of [
    without(anonymous),
    { ...anonymous, origin: "https://evil.example" },
    { ...anonymous, "content-type": "text/plain" },
    // The attacker's own pair of cookie and token, of which only the cookie can be planted.
    { ...own, cookie: csrfOf().cookie, "x-csrf-token": csrfOf()["x-csrf-token"] },
  ]) {
    const { status, answer } = await attempt(headers);
    expect([403, 415]).toContain(status);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  }
  expect((await attempt(anonymous)).status).toBe(200);
});

describe("[C5 + control] with https, what a sibling host plants", () => {
  test("is ignored: only cookies that no other host can set count", async () => {
    const environment = { API_URL: "https://api.example.com", DASHBOARD_URL: "https://app.example.com" };
    const secure = await createTestApi({ db, environment });
    const first = await secure.api.inject({ url: "/api/csrf", headers: { origin: "https://app.example.com" } });
    const [setCookie = ""] = [first.headers["set-cookie"]].flat();
    expect(setCookie).toMatch(/^__Host-parley\.csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    const cookie = setCookie.split(";")[0] ?? "";
    const { token } = first.json();

    const post = async (cookies: string, csrf: string) => {
      const answer = await secure.api.inject({
        method: "POST",
        url: "/trpc/session.ticket",
        headers: { ...own, origin: "https://app.example.com", cookie: cookies, "x-csrf-token": csrf },
        payload: "{}",
      });
      return codeOf(answer.json());
    };
    // The guard lets it in; that nobody is signed in is said further on.
    expect(await post(cookie, token)).toBe("auth.required");
    // The attacker has a pair of its own, for the name that a sibling can set.
    const planted = csrfOf();
    expect(await post(planted.cookie, planted["x-csrf-token"])).toBe("csrf.invalid");
    expect(await post(`${planted.cookie}; ${cookie}`, planted["x-csrf-token"])).toBe("csrf.invalid");
    expect(await post(`${planted.cookie}; ${cookie}`, token)).toBe("auth.required");
    // A planted session of the attacker's is none, and changes nothing about the token.
    expect(await post(`${other.cookie}; ${cookie}`, token)).toBe("auth.required");
    const downgraded = await secure.api.inject({
      method: "POST",
      url: "/trpc/session.ticket",
      headers: { ...own, origin: "http://app.example.com", cookie, "x-csrf-token": token },
      payload: "{}",
    });
    expect(downgraded.json().error.code).toBe("origin.not_allowed");
    await secure.api.close();
  });
});

test("[C6] only the dashboard's pages read a token, and no other origin is told that it may", async () => {
  for (const [, origin] of origins) {
    const { headers } = await api.inject({
      url: "/api/csrf",
      headers: { ...(origin && { origin }), cookie: owner.cookie },
    });
    expect(headers["access-control-allow-origin"] ?? dashboard).toBe(dashboard);
  }
  const { headers } = await api.inject({ url: "/api/csrf", headers: { origin: dashboard } });
  expect(headers["access-control-allow-origin"]).toBe(dashboard);
  expect(headers["access-control-allow-credentials"]).toBe("true");
});

describe("[C9] what no cookie opens", () => {
  const isOpenedBy = (key: string) =>
    Object.entries(openedWithoutCookie)
      .filter(([, value]) => value === key)
      .map(([name]) => name.replace("POST ", ""));

  test("the list names each, and nothing else", () => {
    expect(openedWithoutCookie).toEqual({
      "POST /widget/v1/visits": "publishable key",
      "POST /widget/v1/conversations": "visitor token",
      "POST /widget/v1/conversations/:conversationId/messages": "visitor token",
      "POST /widget/v1/conversations/:conversationId/messages/:messageId/vote": "visitor token",
      "POST /widget/v1/conversations/:conversationId/hand-off": "visitor token",
      "POST /v1/documents": "API key",
      "POST /v1/documents/:documentId/remove": "API key",
      "POST /admin/v1/tenants/:slug/documents": "admin token",
      "POST /admin/v1/tenants/:slug/crawls": "admin token",
      "POST /admin/v1/accounts/reset-factor": "admin token",
    });
  });

  test("[C9 control] a visit starts from a page of a listed origin alone, as JSON alone, and a member's cookie makes no difference", async () => {
    const payload = JSON.stringify({ publishableKey: ours.inbox.publishableKey });
    const json = { "content-type": "application/json", cookie: owner.cookie };
    const before = await state();
    for (const [from, origin] of [...origins, ["our own dashboard", dashboard] as const]) {
      const answer = await send("/widget/v1/visits", { ...json, ...(origin && { origin }) }, payload);
      expect([answer.status, answer.code], from).toEqual([403, "origin.not_allowed"]);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const answer = await send("/widget/v1/visits", { origin: shop, "content-type": type }, payload);
      expect(answer.status, type).toBe(415);
    }
    expect(await state()).toEqual(before);
    const good = await send("/widget/v1/visits", { ...json, origin: shop }, payload);
    expect(good.status).toBe(200);
    expect(good.answer.headers["access-control-allow-credentials"]).toBeUndefined();
    expect(good.answer.headers["set-cookie"]).toBeUndefined();
  });

  test.each(isOpenedBy("visitor token"))(
    "%s wants the token in its header, from the origin it was given to",
    async (url) => {
      const guest = await visitor(ours);
      const answered = MessageId.parse(randomUUID());
      const conversationId = ConversationId.parse(guest.conversationId);
      await db.transaction(ours.tenantId, (tx) =>
        tx
          .insert(messages)
          .values({ id: answered, conversationId, seq: 100, author: "assistant", text: "So.", outcome: "answered" }),
      );
      const at = url.replace(":conversationId", conversationId).replace(":messageId", answered);
      const bodies: Record<string, object> = { messages: { id: randomUUID(), text: "Hello" }, vote: { vote: "up" } };
      const payload = JSON.stringify(bodies[url.split("/").at(-1) ?? ""] ?? { id: randomUUID() });
      const json = { "content-type": "application/json" };
      const before = await state();
      for (const [from, origin] of origins) {
        const answer = await send(at, { ...json, ...guest.headers, ...(origin && { origin }) }, payload);
        expect([answer.status, answer.code], from).toEqual([403, "origin.not_allowed"]);
      }
      const token = guest.headers.authorization.replace("Bearer ", "");
      for (const [what, headers, query] of [
        ["no token", {}, ""],
        ["the token in a cookie", { cookie: `token=${token}` }, ""],
        ["the token in the address", {}, `?token=${token}&access_token=${token}`],
        ["a member's cookie and token", csrfOf(owner.cookie), ""],
      ] as const) {
        const answer = await send(`${at}${query}`, { ...json, origin: shop, ...headers }, payload);
        expect([answer.status, answer.code], what).toEqual([401, "auth.required"]);
      }
      expect(await state()).toEqual(before);
      const good = await send(at, { ...json, ...guest.headers, origin: shop }, payload);
      expect(good.status).toBe(200);
    },
  );

  test.each(isOpenedBy("API key"))("%s wants the key, and no page may call it", async (url) => {
    const at = `${url.replace(":documentId", ours.ids.DocumentId)}?source=${ours.ids.SourceId}&path=a.md`;
    const file = { "content-type": "application/octet-stream" };
    const before = await state();
    for (const headers of [
      file,
      { ...file, cookie: owner.cookie },
      { ...file, ...csrfOf(owner.cookie), origin: dashboard },
    ]) {
      const { answer } = await send(at, headers, "words");
      expect([answer.statusCode, answer.json().code]).toEqual([401, "auth.required"]);
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
    expect(await state()).toEqual(before);
  });

  test.each(isOpenedBy("admin token"))("%s wants the admin token, and no page may call it", async (url) => {
    const at = `${url.replace(":slug", ours.slug)}?source=Files&path=a.md`;
    const file = { "content-type": "application/octet-stream" };
    const before = await state();
    for (const headers of [file, { ...file, ...csrfOf(owner.cookie), origin: dashboard }]) {
      const answer = await send(at, headers, "words");
      expect([answer.status, answer.code]).toEqual([401, "auth.required"]);
      expect(answer.answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
    expect(await state()).toEqual(before);
  });
});

describe("what is only read", () => {
  const reads = [
    ...called.filter(({ type }) => type === "query").map(({ url }) => url),
    ...api.routeNames
      .filter(({ method, url }) => method === "GET" && !url.startsWith("/widget/") && !url.startsWith("/trpc/"))
      .map(({ url }) => url.replace(/:\w+/g, "x")),
  ];
  const asked = (mode: string, dest: string, site = "cross-site"): Headers => ({
    cookie: owner.cookie,
    "sec-fetch-site": site,
    "sec-fetch-mode": mode,
    "sec-fetch-dest": dest,
  });
  const embedded: [string, Headers][] = [
    ["an image", asked("no-cors", "image")],
    ["a script", asked("no-cors", "script")],
    ["a fetch", { ...asked("cors", "empty"), origin: "https://evil.example" }],
    ["a frame", asked("navigate", "iframe")],
    ["an object", asked("navigate", "object")],
  ];

  test.each(embedded)("[C4] is not given to another site's page as %s", async (_what, headers) => {
    expect(reads.length).toBeGreaterThan(15);
    for (const url of reads) {
      const { status, code } = await send(url, headers, "", "GET");
      expect([url, status, code]).toEqual([url, 403, "origin.not_allowed"]);
    }
  });

  test.each([
    ["our own pages", asked("cors", "empty", "same-site")],
    ["whoever follows a link of another site, or of a mail", asked("navigate", "document")],
    ["whoever types the address", asked("navigate", "document", "none")],
    ["a browser that does not say", { cookie: owner.cookie }],
  ] as [string, Headers][])("[C4 control] is given to %s", async (_who, headers) => {
    for (const url of reads) {
      expect([url, (await send(url, headers, "", "GET")).code]).not.toEqual([url, "origin.not_allowed"]);
    }
  });

  test("and a widget's page is another site's by its nature", async () => {
    const url = "/widget/v1/conversations";
    expect((await send(url, { ...asked("cors", "empty"), origin: "https://shop.example" }, "", "GET")).status).toBe(
      401,
    );
  });
});
