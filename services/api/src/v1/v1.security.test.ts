import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ApiKeyId, type ApiKeyScope, apiKeyScopes, DocumentId, rateLimits, SourceId } from "@parley/contracts";
import { hashApiKey, makeApiKey } from "@parley/core/api-keys/key-format";
import { addDocument, addToSource } from "@parley/core/knowledge/add-document";
import { readDocument } from "@parley/core/knowledge/read-document";
import { removeDocument } from "@parley/core/knowledge/remove-document";
import { auditLog, type documents } from "@parley/db/schema";
import { Ajv2020 as Ajv } from "ajv/dist/2020.js";
import type { OpenAPIV3_1 } from "openapi-types";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestApi, dashboard } from "../testing/test-api.ts";
import { Problem } from "./shapes.ts";

const { api, call, visitor, world, signedIn, logged, jobs, close } = await createTestApi();
beforeAll(() => jobs.start());
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await jobs.stop();
  await close();
});

type Tenant = Awaited<ReturnType<typeof world.tenant>>;

async function keyOf(tenant: Tenant, scopes: ApiKeyScope[] = [...apiKeyScopes]) {
  const id = ApiKeyId.parse(randomUUID());
  const { key } = await tenant.api.apiKeys.create({ id, name: "Reports", scopes });
  return { id, key };
}
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const addDocuments = (tenant: Tenant, paths: string[]) =>
  world.db.transaction(tenant.tenantId, async (tx) => {
    const ids: (typeof documents.$inferSelect)["id"][] = [];
    for (const path of paths) {
      const document = await readDocument(Buffer.from(`# ${path}\n\nSomething about ${path}.`), path);
      ids.push(DocumentId.parse((await addDocument(tx, jobs, { source: "Files", path, ...document })).documentId));
    }
    return ids;
  });

/** A tenant with one of everything, and its key. */
async function furnished() {
  const person = await visitor();
  await person.say("How do I return a lamp?");
  const source = SourceId.parse(randomUUID());
  await person.api.knowledge.sources.create({ id: source, kind: "api", name: "Shop" });
  const document = await readDocument(Buffer.from("# Returns\n\nSend it back."), "returns.md");
  const { documentId } = await world.db.transaction(person.tenantId, (tx) =>
    addToSource(tx, jobs, source, { path: "returns.md", ...document }),
  );
  return { ...person, source, documentId, ...(await keyOf(person)) };
}
type Furnished = Awaited<ReturnType<typeof furnished>>;

const description = (await api.inject("/v1/openapi.json")).json<OpenAPIV3_1.Document>();
const operations = Object.entries(description.paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods ?? {}).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation: operation as OpenAPIV3_1.OperationObject,
  })),
);
type Operation = (typeof operations)[number];
type Ids = Pick<Furnished, "conversationId" | "documentId" | "source">;

let askers = 0;
const ownAddress = () => `10.77.${askers >> 8}.${askers++ & 255}`;

/** Does what the operation says, with what is in `ids`. */
async function ask(
  { method, path, operation }: Operation,
  ids: Ids,
  headers: Record<string, string>,
  address?: string,
) {
  const queried = (operation.parameters as OpenAPIV3_1.ParameterObject[] | undefined)?.filter(
    ({ in: place, required }) => place === "query" && required,
  );
  const values: Record<string, string> = { source: ids.source, path: `${randomUUID()}.md` };
  const query = new URLSearchParams(queried?.map(({ name }): [string, string] => [name, values[name] ?? ""]));
  const url = path.replace("{conversationId}", ids.conversationId).replace("{documentId}", ids.documentId);
  const answer = await api.inject({
    method: method as "GET",
    url: `${url}?${query}`,
    headers: { ...headers, ...(operation.requestBody && { "content-type": "application/octet-stream" }) },
    ...(operation.requestBody && { payload: "# News" }),
    remoteAddress: address ?? ownAddress(),
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}

describe("the description", () => {
  test("is OpenAPI 3.1 and names every route of /v1, and no other", () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(described).toEqual([
      "GET /v1/conversations",
      "GET /v1/conversations/{conversationId}",
      "GET /v1/conversations/{conversationId}/messages",
      "GET /v1/sources",
      "GET /v1/documents",
      "POST /v1/documents",
      "GET /v1/documents/{documentId}",
      "POST /v1/documents/{documentId}/remove",
    ]);
  });

  test.each(operations)("of $method $path says whom it is for, and every answer that it can give", ({ operation }) => {
    expect(operation.security).toEqual([{ apiKey: [] }]);
    expect(operation.operationId).toBeTruthy();
    for (const status of ["200", "400", "401", "403", "405", "429", "500", "503"]) {
      const answer = operation.responses?.[status] as OpenAPIV3_1.ResponseObject;
      expect(answer.description, status).toBeTruthy();
      const type = status === "200" ? "application/json" : "application/problem+json";
      expect(answer.content?.[type]?.schema, status).toBeTruthy();
    }
  });

  test("refers to nothing that is not in it", () => {
    const text = JSON.stringify(description);
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(description.components?.schemas).toHaveProperty([name]);
  });
});

test("docs/api.md names every address with its scope, and the limits as they are", async () => {
  const page = await readFile(new URL("../../../../docs/api.md", import.meta.url), "utf8");
  for (const { method, path, operation } of operations) {
    const scope = /`[\w:]+`/.exec(operation.description ?? "")?.[0];
    const address = path.replace(/\{\w+\}/, "ID");
    expect(page).toMatch(new RegExp(`^\\| \`${method} ${address}\` \\|.*\\| ${scope} \\|$`, "m"));
  }
  const { standard, large } = rateLimits.tenantRequests.max;
  const words = page.replace(/\s+/g, " ");
  expect(words).toContain(`may ask ${rateLimits.keyRequests.max} times a minute`);
  expect(words).toContain(
    `together ${standard.toLocaleString("en")} times (${large.toLocaleString("en")} on the plan \`large\`)`,
  );
});

describe("every answer is as described", () => {
  test("what is there", async () => {
    const one = await furnished();
    for (const operation of operations) {
      const { method, path } = operation;
      const answer = await ask(operation, one, bearer(one.key).headers);
      expect([method, path, answer.status]).toEqual([method, path, 200]);
      expect(answer.headers["content-type"]).toMatch(/^application\/json/);
      const place = ["paths", path, method.toLowerCase(), "responses", "200", "content", "application/json", "schema"];
      expectShape(answer.body, ...place);
      expect(() => expectShape({ ...answer.body, more: 1 }, ...place)).toThrow();
    }
    const { body } = await call<{ data: object[] }>("GET", "/v1/conversations", bearer(one.key));
    expect(body.data).toMatchObject([{ id: one.conversationId, contact: { id: one.contactId }, messageCount: 1 }]);
  });

  test("who said a message is told by id, as names are no one's own", async () => {
    const { conversationId, key, api: members, member } = await furnished();
    await members.conversations.takeOver({ conversationId });
    await members.conversations.postMessage({ conversationId, id: world.messageId(), text: "Of course." });
    const url = `/v1/conversations/${conversationId}/messages`;
    const { body } = await call<{ data: object[] }>("GET", url, bearer(key));
    expect(body.data).toMatchObject([
      { author: "contact", authorName: null, memberId: null },
      { author: "system", authorName: member.name, memberId: member.memberId },
      { author: "member", authorName: member.name, memberId: member.memberId },
    ]);
  });

  test.each([
    ["/v1/conversations?limit=0", 400, "input.invalid"],
    ["/v1/conversations?limit=101", 400, "input.invalid"],
    ["/v1/conversations?limit=1&limit=2", 400, "input.invalid"],
    ["/v1/conversations?status=lost", 400, "input.invalid"],
    ["/v1/conversations?other=1", 400, "input.invalid"],
    ["/v1/conversations?__proto__[x]=1", 400, "input.invalid"],
    ["/v1/conversations?cursor=x", 400, "input.invalid"],
    [
      `/v1/conversations?cursor=${Buffer.from(`"0000-01-01T00:00:00.000000Z ${randomUUID()}"`).toString("base64url")}`,
      400,
      "input.invalid",
    ],
    [
      `/v1/documents?cursor=${Buffer.from(JSON.stringify({ source: "\0", path: "", id: randomUUID() })).toString("base64url")}`,
      400,
      "input.invalid",
    ],
    [`/v1/conversations/${randomUUID()}/messages?cursor=LTE`, 400, "input.invalid"],
    ["/v1/conversations/1", 400, "input.invalid"],
    ["/v1/conversations/%ff", 400, "input.invalid"],
    [`/v1/conversations/${randomUUID()}`, 404, "conversation.not_found"],
    [`/v1/conversations/${randomUUID()}/messages`, 404, "conversation.not_found"],
    [`/v1/documents/${randomUUID()}`, 404, "document.not_found"],
    ["/v1/nothing", 404, "address.not_found"],
    ["/v1/", 404, "address.not_found"],
  ])("%s: %i %s", async (url, status, code) => {
    const { key } = await keyOf(await world.tenant());
    const answer = await call("GET", url, bearer(key));
    expect([answer.status, (answer.body as unknown as Problem).code ?? answer.body.error?.code]).toEqual([
      status,
      code,
    ]);
    if (url.includes("%ff")) return; // not an address that any route gets to see
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expectShape(answer.body, "components", "schemas", "Problem");
    expect(Problem.strict().parse(answer.body)).toMatchObject({ status, requestId: answer.headers["x-request-id"] });
  });

  test("another method", async () => {
    const { key } = await keyOf(await world.tenant());
    for (const [url, allowed] of [
      ["/v1/conversations", "GET, HEAD"],
      ["/v1/documents", "GET, HEAD, POST"],
      [`/v1/documents/${randomUUID()}/remove`, "POST"],
    ] as const) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"] as const) {
        if (allowed.split(", ").includes(method)) continue;
        const answer = await api.inject({ method: method as "POST", url, payload: {}, ...bearer(key) });
        expect([url, answer.statusCode, answer.headers.allow]).toEqual([url, 405, allowed]);
        expect(answer.json()).toMatchObject({ code: "method.not_allowed" });
      }
    }
  });

  test("an address that is too long, before it is known what was asked for", async () => {
    const address = await api.listen({ port: 0 });
    const answer = await fetch(`${address}/v1/conversations?cursor=${"x".repeat(20_000)}`);
    expect(answer.status).toBe(431);
    expectShape(await answer.json(), "components", "schemas", "TooLong");
  });

  test("too many requests of one key, in a shape of its own; other keys are not held up", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const tenant = await world.tenant();
    const [one, other] = [await keyOf(tenant), await keyOf(tenant)];
    await api.rateLimiter?.spend({
      limit: rateLimits.keyRequests,
      of: { tenantId: tenant.tenantId, of: [hashApiKey(one.key).toString("base64url")] },
      cost: rateLimits.keyRequests.max - 1,
    });
    const last = await call("GET", "/v1/documents", bearer(one.key));
    expect(last.status).toBe(200);
    expect(last.headers.ratelimit).toContain('"keyRequests";r=0;t=60');
    const asked = vi.spyOn(world.db, "read");
    expect(await call("GET", "/v1/documents", bearer(one.key))).toMatchObject({
      status: 429,
      headers: { "retry-after": "60" },
      body: { code: "rate.exceeded" },
    });
    // [R5] Whoever goes on takes nothing of the database from the others.
    expect(asked).not.toHaveBeenCalled();
    expect((await call("GET", "/v1/documents", bearer(other.key))).status).toBe(200);
    expect(asked).toHaveBeenCalled();
    asked.mockRestore();
  });
});

describe("pages", () => {
  /** All that a list has, page by page. */
  async function walk(url: string, key: string) {
    const seen: { id: string }[] = [];
    let cursor: string | null = null;
    do {
      const { status, body }: { status: number; body: { data: { id: string }[]; nextCursor: string | null } } =
        await call("GET", `${url}?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, bearer(key));
      expect(status).toBe(200);
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data);
      cursor = body.nextCursor;
    } while (cursor);
    return seen.map(({ id }) => id);
  }

  test("lead through everything once, in order", async () => {
    const tenant = await world.tenant();
    const { key } = await keyOf(tenant);
    const people = [await visitor(tenant), await visitor(tenant), await visitor(tenant)];
    for (const person of people) await person.say("Hello");
    expect(await walk("/v1/conversations", key)).toEqual(people.map(({ conversationId }) => conversationId).reverse());

    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) await people[0]?.say("And another thing", id);
    expect((await walk(`/v1/conversations/${people[0]?.conversationId}/messages`, key)).slice(1)).toEqual(ids);

    const made = await addDocuments(tenant, ["a.md", "b.md", "c.md", "d.md", "e.md"]);
    expect(await walk("/v1/documents", key)).toEqual(made);
  });

  test("of documents go on when the last one of a page was removed meanwhile", async () => {
    const tenant = await world.tenant();
    const { key } = await keyOf(tenant);
    const [, second, third] = await addDocuments(tenant, ["a.md", "b.md", "c.md"]);
    const first = await call<{ nextCursor: string }>("GET", "/v1/documents?limit=2", bearer(key));
    await world.db.transaction(tenant.tenantId, (tx) => removeDocument(tx, jobs, DocumentId.parse(second)));
    const rest = await call("GET", `/v1/documents?cursor=${first.body.nextCursor}`, bearer(key));
    expect(rest.body).toMatchObject({ data: [{ id: third }], nextCursor: null });
  });
});

describe("an API key", () => {
  const refused = { status: 401, headers: { "www-authenticate": "Bearer" }, body: { code: "auth.required" } };
  const audited = async ({ tenantId }: Pick<Tenant, "tenantId">) => {
    const entries = await world.db.read(tenantId, (read) => read.select().from(auditLog));
    return entries.filter(({ action }) => action === "request.refused").sort((a, b) => a.seq - b.seq);
  };

  test.each(operations)("[K1 + control] is needed for $method $path, and with the right scope", async (asked) => {
    const { operation } = asked;
    const one = await furnished();
    const needed = /`([\w:]+)`/.exec(operation.description ?? "")?.[1] as ApiKeyScope;
    const wrong = await keyOf(
      one,
      apiKeyScopes.filter((scope) => scope !== needed),
    );
    const right = await keyOf(one, [needed]);

    expect(await ask(asked, one, bearer(wrong.key).headers)).toMatchObject({
      status: 403,
      body: { code: "auth.forbidden" },
    });
    expect(await audited(one)).toMatchObject([
      { actorKind: "api_key", actorId: wrong.id, details: { code: "auth.forbidden" } },
    ]);

    for (const headers of [
      {},
      { authorization: "" },
      { authorization: `Basic ${right.key}` },
      { authorization: right.key },
      { authorization: `Bearer ${right.key.slice(0, -1)}` },
      { authorization: `Bearer ${makeApiKey(one.tenantId)}` },
      { authorization: one.headers.authorization }, // a visitor's
      { "x-api-key": right.key },
      { cookie: `key=${right.key}` },
    ] as Record<string, string>[]) {
      expect(await ask(asked, one, headers)).toMatchObject(refused);
    }
    expect((await ask(asked, one, bearer(right.key).headers)).status).toBe(200);
    expect(await audited(one)).toHaveLength(1);
  });

  test("[K1] that is revoked opens nothing from then on, in any process, and its use is told", async () => {
    const one = await furnished();
    const other = await createTestApi();
    expect((await other.call("GET", "/v1/conversations", bearer(one.key))).status).toBe(200);
    await one.api.apiKeys.revoke({ id: one.id });
    for (const process of [call, other.call]) {
      expect(await process("GET", "/v1/conversations", bearer(one.key))).toMatchObject(refused);
    }
    expect(await audited(one)).toMatchObject(
      Array(2).fill({ actorKind: "api_key", actorId: one.id, ip: expect.any(String) }),
    );
    await other.close();
  });

  test("[K1] in an address is refused, even with a good one in its place", async () => {
    const { key } = await furnished();
    const escaped = key.replace("_", "%5F");
    for (const url of [`?key=${key}`, `?api_key=${escaped}`, `/${key}`, `?cursor=x${key}x`]) {
      for (const headers of [{}, bearer(key).headers]) {
        const answer = await call("GET", `/v1/conversations${url}`, { headers });
        expect(answer).toMatchObject({ status: 400, body: { code: "api_key.in_address" } });
      }
    }
    expect(JSON.stringify(logged)).not.toContain(key.slice(10));
  });

  test("in an address is no use of it, and counts as one that is refused", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const tenant = await world.tenant();
    const { id, key } = await keyOf(tenant);
    const address = "198.51.100.77";
    const attempt = (sent: string) => call("GET", `/v1/documents?key=${sent}`, { address });
    expect((await attempt(key)).status).toBe(400);
    expect((await tenant.api.apiKeys.list()).find((one) => one.id === id)?.lastUsedAt).toBeNull();
    for (let time = 1; time < rateLimits.refusedKeys.max; time++)
      expect((await attempt(makeApiKey(tenant.tenantId))).status).toBe(400);
    expect((await attempt(makeApiKey(tenant.tenantId))).status).toBe(429);
  });

  test("[K1] [T1] of one tenant finds nothing of another's: the answer is the one for what does not exist, to the letter", async () => {
    const theirs = await furnished();
    const { key, tenantId } = await furnished();
    const same = ({ body, headers, status }: Awaited<ReturnType<typeof call>>) => ({
      status,
      body: { ...body, requestId: undefined },
      headers: { ...headers, "x-request-id": "", ratelimit: "", date: "" },
    });
    for (const operation of operations.filter(({ path, method }) => path.includes("{") || method === "POST")) {
      const address = "10.255.0.1";
      const nothing = { conversationId: randomUUID(), documentId: randomUUID(), source: SourceId.parse(randomUUID()) };
      const foreign = await ask(operation, theirs, bearer(key).headers, address);
      const missing = await ask(operation, nothing as Ids, bearer(key).headers, address);
      expect(foreign.status).toBe(404);
      expect(same(foreign)).toEqual(same(missing));
    }
    // Nor by naming the other tenant beside the key.
    const headers = { ...bearer(key).headers, "parley-tenant": theirs.tenantId };
    const { body } = await call<{ data: { id: string }[] }>("GET", "/v1/conversations", { headers });
    expect(JSON.stringify(body)).not.toContain(theirs.conversationId);
    expect(tenantId).not.toBe(theirs.tenantId);
  });

  test("[K1] opens /v1 and nothing else", async () => {
    const one = await furnished();
    for (const [method, url] of [
      ["GET", "/trpc/session.me"],
      ["GET", "/trpc/apiKeys.list"],
      ["GET", `${one.at}/messages`],
      ["GET", `/admin/v1/tenants/${one.slug}`],
    ] as const) {
      expect([401, 403]).toContain((await call(method, url, { ...bearer(one.key), origin: dashboard })).status);
    }
  });

  test("[K2 + control] is not made without a session, whoever the request says that it is", async () => {
    const one = await furnished();
    const { cookie, tenantId } = await signedIn();
    const input = { id: randomUUID(), name: "x", scopes: apiKeyScopes };
    const make = (body: object, headers: Record<string, string> = {}) =>
      call("POST", "/trpc/apiKeys.create", { origin: dashboard, headers, body });
    for (const headers of [
      {},
      bearer(one.key).headers,
      { "parley-tenant": one.tenantId },
      { cookie: "parley.session_token=x" },
    ]) {
      for (const who of [{}, { userId: one.owner.userId }, { memberId: one.member.memberId, tenantId: one.tenantId }]) {
        expect((await make({ ...input, ...who }, headers as Record<string, string>)).status).toBe(401);
      }
    }
    // With a session, and another tenant's name on it
    expect((await make(input, { cookie, "parley-tenant": one.tenantId })).status).toBe(404);
    expect(await one.api.apiKeys.list()).toHaveLength(1);
    expect((await make(input, { cookie, "parley-tenant": tenantId })).status).toBe(200);
  });

  test("that opens nothing is tried so often from one address, and then not", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const address = "192.0.2.77";
    const attempt = () => call("GET", "/v1/documents", { ...bearer("parley_nothing"), address });
    for (let time = 0; time < rateLimits.refusedKeys.max; time++) expect((await attempt()).status).toBe(401);
    expect(await attempt()).toMatchObject({ status: 429, body: { code: "rate.exceeded" } });
    const { key } = await keyOf(await world.tenant());
    expect((await call("GET", "/v1/documents", { ...bearer(key), address })).status).toBe(200);
  });
});

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ ...description, $id: "description" });

/** That a value is as the description says of this place in it, and has nothing that it does not name. */
function expectShape(value: unknown, ...place: string[]): void {
  const pointer = place.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
  const check = ajv.compile({ $ref: `description#/${encodeURI(pointer)}` });
  expect(check(value), ajv.errorsText(check.errors)).toBe(true);
}
