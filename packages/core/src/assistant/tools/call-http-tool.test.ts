import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ContactId, httpToolLimits } from "@parley/contracts";
import { createGuardedFetch, type GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { callHttpTool, type HttpTool } from "./call-http-tool.ts";
import { checkTemplate, fillAddress } from "./fill-address.ts";
import { readToolSchema } from "./tool-schema.ts";

type Received = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };
const received: Received[] = [];
let respond: (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let port: number;
let guarded: GuardedFetch;

beforeAll(async () => {
  server = createServer((request, response) => {
    const read = async () => {
      let body = "";
      for await (const part of request.setEncoding("utf8")) body += part;
      received.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      respond(request, response);
    };
    read().catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
  guarded = createGuardedFetch({ allowedHosts: [`127.0.0.1:${port}`], contact: "http://localhost" });
});
afterEach(() => {
  received.length = 0;
});
afterAll(async () => {
  await guarded.close();
  server.closeAllConnections();
  server.close();
});

const parameters = readToolSchema(
  JSON.stringify({
    type: "object",
    properties: { order: { type: "string", maxLength: 20 }, lines: { type: "integer", maximum: 10 } },
    required: ["order"],
  }),
);
const contactId = ContactId.parse(randomUUID());
const tool = (more: Partial<HttpTool> = {}): HttpTool => ({
  name: "find_order",
  method: "GET",
  url: `http://127.0.0.1:${port}/orders/{order}`,
  headers: { authorization: "Bearer of the tenant" },
  sendsContact: true,
  ...more,
});
const call = (given: unknown, more: Partial<HttpTool> = {}, signal = new AbortController().signal) =>
  callHttpTool(guarded.fetch, tool(more), parameters, given, { contactId, signal });

test("a tenant's server is asked with its own secrets, for the contact that it is about, and its answer is what came", async () => {
  respond = (_request, response) => response.end('{"status":"sent"}');
  expect(await call({ order: "A 1/2", lines: 3 })).toMatchObject({ outcome: "ok", text: '{"status":"sent"}' });
  expect(received).toMatchObject([
    {
      method: "GET",
      url: "/orders/A%201%2F2?lines=3",
      headers: { authorization: "Bearer of the tenant", "parley-contact": contactId },
    },
  ]);
  // Who the contact is says nobody but us, also where the company has a parameter of that name.
  const named = readToolSchema('{"type":"object","properties":{"order":{},"contact":{},"parley-contact":{}}}');
  const another = { order: "A", contact: "somebody else", "parley-contact": "somebody else" };
  await callHttpTool(guarded.fetch, tool(), named, another, { contactId, signal: new AbortController().signal });
  expect(received.pop()?.headers).toMatchObject({ "parley-contact": contactId });

  await call({ order: "B" }, { method: "POST", sendsContact: false });
  expect(received[1]).toMatchObject({ method: "POST", url: "/orders/B", body: '{"order":"B"}' });
  expect(received[1]?.headers["parley-contact"]).toBeUndefined();
});

test.each([
  ["another type", { order: 5 }],
  ["one too long", { order: "x".repeat(21) }],
  ["one that is missing", {}],
  ["one that nobody named", { order: "A", contact: "00000000-0000-4000-8000-000000000001" }],
  ["no object", "A"],
  ["a way out of the folder", { order: ".." }],
  ["nothing in a place", { order: "" }],
])("arguments that do not fit never leave: %s", async (_what, given) => {
  respond = (_request, response) => response.end("x");
  expect(await call(given)).toMatchObject({ outcome: "refused_arguments", durationMs: 0 });
  expect(received).toEqual([]);
});

test.each(["a?x=1#y", "a@evil.example", "A 1/2", "a..b/.c", "//evil.example/"])(
  "an argument stays within its place: %j",
  (order) => {
    const url = fillAddress("https://api.shop.example/v1/orders/{order}/status", { order }, true);
    expect(url?.host).toBe("api.shop.example");
    expect(url?.pathname).toMatch(/^\/v1\/orders\/[^/]+\/status$/);
    expect(url?.search).toBe("");
  },
);

test.each(["a/../../admin", "../admin", "..", "a/.", "%2e%2e", "%2E./%2fadmin", "a%2f..%2f", "\\..\\x", "..;/admin"])(
  "what some server may take for a way out of its place is no argument: %j",
  (order) => {
    expect(fillAddress("https://api.shop.example/v1/orders/{order}/status", { order }, true)).toBeUndefined();
    // Behind the question mark it is a word like any other.
    expect(fillAddress("https://api.shop.example/find?q={order}", { order }, true)?.searchParams.get("q")).toBe(order);
  },
);

test("a header of ours stands alone, by whatever name there is another", async () => {
  respond = (_request, response) => response.end("x");
  const headers = {
    "Content-Type": "application/xml",
    "Parley-Contact": "somebody",
    Accept: "text/html",
    "X-Key": "k",
  };
  await call({ order: "A" }, { method: "POST", headers });
  expect(received[0]?.headers).toMatchObject({
    ...{ "content-type": "application/json", "parley-contact": contactId, "x-key": "k" },
    accept: expect.not.stringContaining("html"),
  });
});

test.each([
  "https://{host}/x",
  "https://a.example{x}/y",
  "https://user@a.example/",
  "ftp://a.example/",
  "https://a.example/{bad name}",
  "x",
])("an address without a fixed host is none: %s", (template) => {
  expect(() => checkTemplate(template)).toThrow();
});

test.each([
  ["status 500", 500, {}, "status 500"],
  ["a redirect", 302, { location: "http://127.0.0.1:1/secret" }, "leads elsewhere"],
  ["a redirect to where it is from", 307, { location: "/secret" }, "leads elsewhere"],
])("%s is no answer, and is not followed", async (_what, status, headers, detail) => {
  respond = (_request, response) => {
    response.writeHead(status, headers);
    response.end("secret words of the server");
  };
  const result = await call({ order: "A" });
  expect(result).toMatchObject({ outcome: "failed", detail: expect.stringContaining(detail) });
  expect(JSON.stringify(result)).not.toContain("secret");
  expect(received).toHaveLength(1);
});

test("an answer that goes on and on is given up", async () => {
  respond = (_request, response) => {
    const more = () => {
      if (!response.destroyed) response.write("x".repeat(4_096), () => setImmediate(more));
    };
    more();
  };
  expect(await call({ order: "A" })).toMatchObject({ outcome: "failed", detail: "it answered more than may be read" });
});

test.each([
  ["that says nothing", () => {}],
  ["that stops in the middle", (response: ServerResponse) => void response.write('{"status":')],
])("a server %s is given up when its time is over", async (_what, begin) => {
  const time = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValueOnce(time.signal);
  respond = (_request, response) => {
    begin(response);
    // What was written is on its way first.
    setImmediate(() => time.abort(new Error("time is over")));
  };
  expect(await call({ order: "A" })).toMatchObject({ outcome: "failed", detail: "it did not answer within 5 seconds" });
  expect(timeout).toHaveBeenNthCalledWith(1, httpToolLimits.timeoutMs);
  timeout.mockRestore();
});

test("whoever wants no answer any more stops it", async () => {
  const stop = new AbortController();
  respond = () => stop.abort(new Error("taken over"));
  await expect(call({ order: "A" }, {}, stop.signal)).rejects.toThrow("taken over");
});

test("[I4, I5] the inner network is not asked, whatever a tool's address says", async () => {
  const strict = createGuardedFetch({ allowedHosts: [], contact: "http://localhost" });
  for (const host of [`127.0.0.1:${port}`, `[::ffff:7f00:1]:${port}`, "169.254.169.254", `localhost:${port}`]) {
    const url = `http://${host}/orders/{order}`;
    const options = { contactId, signal: new AbortController().signal };
    const result = await callHttpTool(strict.fetch, tool({ url }), parameters, { order: "A" }, options);
    expect(result).toMatchObject({ outcome: "failed" });
  }
  expect(received).toEqual([]);
  await strict.close();
});

test.each([
  '{"type":"object","properties":{"format":{"type":"string"},"pattern":{"type":"integer"}}}',
  '{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{}}',
  '{"type":"object","properties":{"a":{"type":"string","example":"A1","enum":["$ref"],"default":"x"}}}',
])("a schema is taken that only names or shows what is refused: %s", (text) => {
  expect(readToolSchema(text).check({})).toBe(true);
});

test.each([
  '{"type":"object","properties":{"properties":{"type":"string","pattern":"a"}}}',
  "no JSON",
  "[]",
  '{"type":"array"}',
  '{"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}',
  '{"type":"object","properties":{"a":{"$ref":"https://evil.example/schema"}}}',
  '{"type":"object","properties":{"a":{"type":"strin"}}}',
  `{"type":"object","x":${"[".repeat(20)}${"]".repeat(20)}}`,
  `${'{"type":"object","properties":{"a":'.repeat(7)}{}${"}}".repeat(7)}`,
  `{"type":"object","properties":{"a":{"enum":${JSON.stringify(Array.from({ length: 500 }, (_, n) => n))}}}}`,
])("a schema that is none, or may take for ever, is refused: %s", (text) => {
  expect(() => readToolSchema(text)).toThrow();
});
