import { randomUUID } from "node:crypto";
import { signVisitorToken } from "@parley/auth";
import { ApiKeyId, accountEndpoints } from "@parley/contracts";
import { appRouter } from "@parley/core/router";
import { createFullTenant } from "@parley/core/testing/full-tenant";
import { sampleInput } from "@parley/core/testing/sample-input";
import { openDatabase } from "@parley/db";
import { createTestDatabase, withClient } from "@parley/db/testing";
import { recordStatements, sendCarelessly } from "@parley/db/testing/record-statements";
import type { InjectOptions } from "fastify";
import { afterAll, describe, expect, test } from "vitest";
import type { ZodObject } from "zod";
import { createTestApi, dashboard } from "./testing/test-api.ts";

// Every place that takes words, of every procedure and every route, with words that are more than words to somebody who is careless.

const secret = "a secret of this test alone, 32 characters or more";
const adminToken = "an-admin-token-of-this-test-alone-long-enough";
const shop = "https://shop.example";
const database = await createTestDatabase();
const db = openDatabase({ connection: database.connection });
const { api, world, jobs, signIn, csrfOf, logged, close } = await createTestApi({
  db,
  environment: { RATE_LIMITS: "off", PARLEY_SECRET: secret, ADMIN_TOKEN: adminToken },
});
const ours = await createFullTenant(world, "ours");
const writing = await ours.api.apiKeys.create({
  id: ApiKeyId.parse(randomUUID()),
  name: "writes",
  scopes: ["documents:write"],
});
const { cookie } = await signIn(ours);
const visitor = { tenantId: ours.tenantId, contactId: ours.contactId, inboxId: ours.inbox.id as never, origin: shop };
const { token } = await signVisitorToken(secret, visitor);
await jobs.start();
afterAll(async () => {
  await jobs.stop();
  await close();
  await db.close();
  await database.drop();
});

type Request = Pick<InjectOptions, "method" | "url" | "headers"> & { body?: unknown };

/** The value with the words in the place of each text: one at a time, and all. */
function variants(value: unknown, words: unknown): unknown[] {
  const places: string[][] = [];
  const find = (inner: unknown, path: string[]) => {
    if (typeof inner === "string") places.push(path);
    else if (inner && typeof inner === "object")
      for (const [key, one] of Object.entries(inner)) find(one, [...path, key]);
  };
  find(value, []);
  const put = (inner: unknown, wanted: string[][]): unknown => {
    if (wanted.some((path) => path.length === 0)) return words;
    if (!inner || typeof inner !== "object") return inner;
    const entries = Object.entries(inner).map(([key, one]) => [
      key,
      put(
        one,
        wanted.filter(([first]) => first === key).map(([, ...rest]) => rest),
      ),
    ]);
    return Array.isArray(inner) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
  };
  return places.length === 0 ? [] : [...places.map((path) => put(value, [path])), put(value, places)];
}

const member = (): Record<string, string> => ({
  origin: dashboard,
  "content-type": "application/json",
  "parley-tenant": ours.tenantId,
  ...csrfOf(cookie),
});
const json = (headers: Record<string, string>) => ({ ...headers, "content-type": "application/json" });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

type Procedure = { _def: { type: string; inputs: unknown[] } };
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>).flatMap(
  ([name, { _def }]): { name: string; query: boolean; input: unknown }[] =>
    _def.inputs[0]
      ? [{ name, query: _def.type === "query", input: sampleInput(_def.inputs[0], ({ kind }) => ours.ids[kind]) }]
      : [],
);
const procedure = (name: string, query: boolean, text: string): Request =>
  query
    ? { method: "GET", url: `/trpc/${name}?input=${encodeURIComponent(text)}`, headers: member() }
    : { method: "POST", url: `/trpc/${name}`, headers: member(), body: text };

/** What a field of an account's route is given while another one is attacked; any text for the others. */
const fields: Record<string, unknown> = {
  email: "somebody@example.com",
  newEmail: "else@example.com",
  password: "correct horse battery staple",
  newPassword: "another horse battery staple",
  token: "t".repeat(43),
  code: "123456",
  trustDevice: false,
};
const accountBodies = Object.entries(accountEndpoints).flatMap(([route, endpoint]) => {
  if (!("body" in endpoint && endpoint.body)) return [];
  const body = Object.keys((endpoint.body as ZodObject).shape).map((name) => [name, fields[name] ?? "x"]);
  return [{ url: route.replace("POST ", ""), body: Object.fromEntries(body) as Record<string, unknown> }];
});

/** Every other route that takes words; `*` is where they stand. */
const routes: { method: "GET" | "POST"; url: string; headers: Record<string, string>; body?: unknown }[] = [
  {
    method: "POST",
    url: "/widget/v1/visits",
    headers: json({ origin: shop }),
    body: { publishableKey: "*", token: "*" },
  },
  ...[
    { method: "GET" as const, url: "/widget/v1/conversations/*/messages" },
    { method: "GET" as const, url: `/widget/v1/conversations/${ours.conversationId}/messages?after=*` },
    { method: "POST" as const, url: "/widget/v1/conversations", body: { id: "*" } },
    { method: "POST" as const, url: "/widget/v1/conversations/*/messages/*/vote", body: { vote: "*" } },
    { method: "POST" as const, url: "/widget/v1/conversations/*/hand-off", body: {} },
    {
      method: "POST" as const,
      url: `/widget/v1/conversations/${ours.conversationId}/messages`,
      body: { id: randomUUID(), text: "*" },
    },
    { method: "GET" as const, url: "/widget/v1/conversations/*/messages/*/citations/*" },
  ].map((route) => ({ ...route, headers: json({ origin: shop, ...bearer(token) }) })),
  ...[
    "/v1/conversations?cursor=*",
    "/v1/conversations?status=*",
    "/v1/conversations?limit=*",
    "/v1/conversations/*",
    "/v1/conversations/*/messages?cursor=*",
    "/v1/documents?cursor=*&source=*",
    "/v1/documents/*",
  ].map((url) => ({ method: "GET" as const, url, headers: bearer(ours.apiKey) })),
  ...[
    "/admin/v1/tenants/*",
    "/admin/v1/audit-logs/*?after=*",
    `/admin/v1/tenants/${ours.slug}/costs?from=*&until=*`,
    `/admin/v1/audit-logs/${ours.tenantId}?after=*`,
    `/admin/v1/tenants/${ours.slug}/document-versions/*`,
    `/admin/v1/tenants/${ours.slug}/sources/*`,
  ].map((url) => ({ method: "GET" as const, url, headers: bearer(adminToken) })),
  {
    method: "POST",
    url: `/admin/v1/tenants/${ours.slug}/documents?source=*&path=*.md`,
    headers: { ...bearer(adminToken), "content-type": "application/octet-stream" },
    body: "# *\n\n*\n",
  },
  {
    method: "POST",
    url: `/admin/v1/tenants/${ours.slug}/crawls`,
    headers: json(bearer(adminToken)),
    body: { source: "*", site: { address: "*", include: ["*"] } },
  },
  { method: "POST", url: "/v1/documents/*/remove", headers: json(bearer(writing.key)), body: {} },
  {
    method: "POST",
    url: "/v1/documents?source=*&path=*.md",
    headers: { ...bearer(writing.key), "content-type": "application/octet-stream" },
    body: "# *\n\n*\n",
  },
  { method: "POST", url: "/api/playground/ask", headers: member(), body: { question: "*", before: "*" } },
  { method: "GET", url: "/api/auth/callback/*?code=*&state=*&error=*&error_description=*", headers: {} },
  { method: "GET", url: "/trpc/*?input=*&batch=*", headers: member() },
  { method: "GET", url: "/trpc/session.me", headers: { ...member(), "parley-tenant": "*" } },
  { method: "GET", url: "/v1/conversations", headers: { authorization: "Bearer *" } },
  { method: "GET", url: "/trpc/session.me", headers: { ...member(), cookie: "parley.session_token=*; parley.csrf=*" } },
  { method: "GET", url: "/api/auth/devices", headers: { ...member(), "user-agent": "*", "x-forwarded-for": "*" } },
];

/** Every request with the words in every place. */
function requests(words: string): Request[] {
  const inHeader = words.replace(/[^\x20-\x7e]/g, "");
  return [
    ...procedures.flatMap(({ name, query, input }) =>
      variants(input, words).map((value) => procedure(name, query, JSON.stringify(value))),
    ),
    ...accountBodies.flatMap(({ url, body }) =>
      variants(body, words).map((value) => ({ method: "POST" as const, url, headers: member(), body: value })),
    ),
    ...routes.map(({ method, url, headers, body }) => ({
      method,
      url: url.replaceAll("*", encodeURIComponent(words)),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, value.replaceAll("*", inHeader)]),
      ),
      ...(body !== undefined && {
        body: typeof body === "string" ? body.replaceAll("*", words) : (variants(body, words).at(-1) ?? body),
      }),
    })),
  ];
}

async function send({ method = "GET", url, headers = {}, body }: Request) {
  return api.inject({
    method,
    url: String(url),
    headers,
    remoteAddress: "192.0.2.1",
    ...(body !== undefined && { payload: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

test("there are places to attack, and their own words are let in", async () => {
  expect(procedures.map(({ name }) => name)).toContain("apiKeys.create");
  expect(accountBodies.map(({ url }) => url)).toContain("/api/auth/sign-up/email");
  const covered = [...routes.map(({ method, url }) => `${method} ${url.split("?")[0]}`)];
  const all = api.routeNames
    .filter(({ method, url }) => ["GET", "POST"].includes(method) && /^\/(widget|v1|admin)\//.test(url))
    .filter(({ url }) => url.includes(":"));
  const shape = (route: string) =>
    route.replaceAll(ours.conversationId, "*").replaceAll(ours.slug, "*").replaceAll(ours.tenantId, "*");
  for (const { method, url } of all) {
    expect(covered.map(shape)).toContain(`${method} ${url.replace(/:\w+/g, "*")}`);
  }
  expect((await send(procedure("conversations.list", true, '{"view":"all"}'))).statusCode).toBeLessThan(500);
});

describe("SQL", () => {
  const mark = "sqlmark";
  const texts = recordStatements();
  const seen = () => texts.filter((text) => text.includes(mark));

  test.each([
    `${mark}'; drop table messages; --`,
    `${mark}" desc, (select slug from tenants limit 1) --`,
    `${mark}\\' or 1=1) union select * from auth."user" --`,
    `${mark}$$; select pg_sleep(60); $$`,
  ])(
    "[I1] %s never becomes a part of a statement, wherever it is sent",
    async (words) => {
      texts.length = 0;
      let letIn = 0;
      for (const request of requests(words)) {
        const answer = await send(request);
        if (answer.statusCode === 200) letIn += 1;
        expect(answer.statusCode, `${request.method} ${request.url}: ${answer.body}`).toBeLessThan(500);
      }
      expect(texts.length).toBeGreaterThan(100);
      expect(letIn).toBeGreaterThan(10);
      expect((await send({ url: "/trpc/conversations.counts", headers: member() })).statusCode).toBe(200);
      expect(seen()).toEqual([]);
    },
    60_000,
  );

  test("[I1 control] a statement that is put together from it is seen", async () => {
    await sendCarelessly(db, ours.tenantId, mark);
    expect(seen()).toHaveLength(1);
  });

  test("[I1] and every table is there", async () => {
    await withClient(database.adminConnection, async (admin) => {
      const { rows } = await admin.query("select count(*)::int as messages from messages");
      expect(rows[0].messages).toBeGreaterThan(0);
    });
  });
});

describe("names of an object's prototype", () => {
  const poisons = [
    '"__proto__":{"polluted":true}',
    '"\\u005f_proto__":{"polluted":true}',
    '"constructor":{"prototype":{"polluted":true}}',
    '"more":{"__proto__":{"polluted":true}}',
  ];
  const poisoned = (value: unknown, poison: string) => JSON.stringify(value).replace(/\}$/, `,${poison}}`);
  const clean = () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
    expect(([] as { polluted?: true }).polluted).toBeUndefined();
  };

  test("[I11] are refused in every body and every input, however they are spelt, and change no prototype", async () => {
    const bodies = [
      ...procedures.map(({ name, query, input }) => ({ ask: (text: string) => procedure(name, query, text), input })),
      ...[
        ...accountBodies.map(({ url, body }) => ({ method: "POST" as const, url, headers: member(), body })),
        ...routes
          .filter(({ body }) => typeof body === "object")
          .map((route) => ({ ...route, url: route.url.replaceAll("*", "x") })),
      ].map(({ method, url, headers, body }) => ({
        ask: (text: string) => ({ method, url, headers, body: text }),
        input: body,
      })),
    ];
    expect(bodies.length).toBeGreaterThan(40);
    for (const { ask, input } of bodies) {
      for (const poison of poisons) {
        const request = ask(poisoned(Object.keys(input as object).length > 0 ? input : { x: 1 }, poison));
        const answer = await send(request);
        // The public API tells it as a problem, RFC 9457.
        const { error, code = error?.code } = answer.json();
        expect([answer.statusCode, code], `${request.url} ${poison}`).toEqual([400, "input.invalid"]);
      }
    }
    clean();
  }, 60_000);

  test("[I11 control] the same input without them is read, and merging such a name would have been seen", async () => {
    const { name, input } = procedures.find(({ name }) => name === "conversations.get") ?? { name: "", input: {} };
    expect((await send(procedure(name, true, JSON.stringify(input)))).statusCode).toBe(200);
    // As somebody does who merges by hand, name by name.
    const poison: [string, object][] = Object.entries(JSON.parse(`{${poisons[0]}}`));
    for (const [name, values] of poison) Object.assign(Reflect.get({}, name), values);
    expect(clean).toThrow();
    Reflect.deleteProperty(Object.prototype, "polluted");
    clean();
  });

  test("[I11] a parameter that comes twice is refused", async () => {
    const { conversationId, slug, tenantId } = ours;
    const input = encodeURIComponent(JSON.stringify({ conversationId }));
    const twice: Request[] = [
      {
        url: `/widget/v1/conversations/${conversationId}/messages?after=0&after=1`,
        headers: { origin: shop, ...bearer(token) },
      },
      { url: "/v1/conversations?limit=1&limit=2", headers: bearer(ours.apiKey) },
      { url: `/admin/v1/audit-logs/${tenantId}?after=0&after=1`, headers: bearer(adminToken) },
      {
        method: "POST",
        url: `/admin/v1/tenants/${slug}/documents?source=a&path=a.md&path=b.md`,
        headers: { ...bearer(adminToken), "content-type": "application/octet-stream" },
        body: "words",
      },
      { url: `/trpc/conversations.get?input=${input}&input=${input}`, headers: member() },
      { url: `/trpc/conversations.get?batch=1&batch=0&input=${input}`, headers: member() },
    ];
    for (const request of twice) expect((await send(request)).statusCode, String(request.url)).toBe(400);
    expect((await send({ url: `/trpc/conversations.get?input=${input}`, headers: member() })).statusCode).toBe(200);
  });
});

test("[I12] line breaks in words end no header and begin none, and no line of the log", async () => {
  logged.length = 0;
  for (const words of ["x\r\nset-cookie: forged=1\r\n\r\n<b>", "x%0d%0aset-cookie: forged=1"]) {
    for (const request of requests(words)) {
      const { headers } = await send(request);
      expect(JSON.stringify(headers["set-cookie"] ?? "")).not.toContain("forged");
      expect(JSON.stringify(headers)).not.toMatch(/\\r|\\n/);
    }
  }
  expect(logged.filter(({ level }) => level === "error")).toEqual([]);
}, 60_000);

describe("JSON that is deep or endless to read", () => {
  const deep = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);
  const cases: [string, string][] = [
    ["arrays in arrays", deep("[", "]", 100_000)],
    ["objects in objects", `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`],
    ["arrays that never end", "[".repeat(200_000)],
    ["many names", `{${Array.from({ length: 20_000 }, (_, index) => `"${index}":0`).join()}}`],
    ["backslashes", `{"text":"${"\\\\".repeat(100_000)}"}`],
    ["escapes", `{"text":"${"\\u005f".repeat(40_000)}"}`],
  ];
  const places: [string, (text: string) => Request][] = [
    ["a procedure", (text) => procedure("conversations.postMessage", false, text)],
    ["a procedure's input", (text) => procedure("conversations.get", true, text.slice(0, 8_000))],
    ["an account's route", (body) => ({ method: "POST", url: "/api/auth/sign-in/email", headers: member(), body })],
    [
      "the widget",
      (body) => ({
        method: "POST",
        url: `/widget/v1/conversations/${ours.conversationId}/messages`,
        headers: json({ origin: shop, ...bearer(token) }),
        body,
      }),
    ],
  ];
  // Whatever would take for ever does not end within the test's time: no clock has to be read.
  test.each(cases)("[I10] %s: refused, and others are answered after it", async (_what, text) => {
    for (const [where, ask] of places) {
      const { statusCode } = await send(ask(text));
      expect([400, 413], where).toContain(statusCode);
      expect((await send({ url: "/healthz" })).statusCode, where).toBe(200);
    }
  });
});
