import { initTRPC, TRPCError, tracked } from "@trpc/server";
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import fc from "fast-check";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { mountTrpc } from "./trpc-adapter.ts";

// Two servers with the same router: tRPC's own adapter, and ours. What one answers the other has to answer, to the letter.

const t = initTRPC.context<{ who: string }>().create({
  errorFormatter: ({ shape, error, path, input, ctx, type }) => ({
    ...shape,
    data: {
      ...shape.data,
      stack: undefined,
      cause: String(error.cause),
      place: path,
      given: input,
      who: ctx?.who,
      type,
    },
  }),
});
const p = t.procedure;
const router = t.router({
  noInput: p.query(({ ctx }) => ({ hello: ctx.who })),
  nothing: p.query(() => undefined),
  nil: p.query(() => null),
  echo: p.input(z.unknown()).query(({ input }) => input),
  add: p.input(z.object({ a: z.number(), b: z.number() })).query(({ input }) => input.a + input.b),
  save: p.input(z.object({ text: z.string().max(20) })).mutation(({ input }) => ({ saved: input.text.toUpperCase() })),
  saveAnything: p.input(z.unknown()).mutation(({ input }) => ({ input: input ?? "none" })),
  fails: p.query(() => {
    throw new TRPCError({ code: "NOT_FOUND", message: "no such thing" });
  }),
  breaks: p.mutation(() => {
    throw new Error("a fault");
  }),
  throwsText: p.query(() => {
    throw "words";
  }),
  big: p.query(() => 1n),
  circle: p.query(() => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    return circle;
  }),
  date: p.query(() => ({ at: new Date(0), list: [1, undefined, null], hidden: undefined })),
  iterable: p.query(async function* () {
    yield 1;
  }),
  later: p.query(() => ({ now: 1, later: Promise.resolve(2) })),
  slow: p.query(async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    return "slow";
  }),
  ticks: p.subscription(async function* () {
    yield tracked("1", { tick: 1 });
    yield tracked("2", { tick: 2 });
  }),
  unready: t.procedure
    .use(() => {
      throw new TRPCError({ code: "UNAUTHORIZED" });
    })
    .input(z.string())
    .query(() => 1),
  nested: t.router({ deep: t.router({ echo: p.input(z.string()).query(({ input }) => input) }) }),
  __proto: p.query(() => 1),
});

type Told = { code: string; path: string | undefined };
const told: Record<"theirs" | "ours", Told[]> = { theirs: [], ours: [] };
const createContext = async ({ req, res }: { req: FastifyRequest; res: FastifyReply }) => {
  if (req.headers["x-refused"]) throw new TRPCError({ code: "TOO_MANY_REQUESTS", message: "later" });
  if (req.headers["x-broken"]) throw new Error("no context");
  res.header("x-context", "made").header("set-cookie", "a=1");
  return { who: String(req.headers["x-who"] ?? "nobody") };
};
const optionsFor = (name: keyof typeof told) => ({
  router,
  createContext,
  maxBatchSize: 10,
  onError: ({ error, path }: { error: TRPCError; path?: string | undefined }) => {
    told[name].push({ code: error.code, path });
  },
});
const make = () => Fastify({ routerOptions: { maxParamLength: 5_000 } });
const theirs = make();
const ours = make();
beforeAll(async () => {
  await theirs.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: optionsFor("theirs") satisfies FastifyTRPCPluginOptions<typeof router>["trpcOptions"],
  });
  await ours.register(async (app) => mountTrpc(app, { prefix: "/trpc", ...optionsFor("ours") }));
});
afterAll(async () => {
  await theirs.close();
  await ours.close();
});

type Request = { method?: string; url: string; body?: string; headers?: Record<string, string> };

async function ask(app: typeof ours, { method = "GET", url, body, headers = {} }: Request) {
  const answer = await app.inject({
    method: method as "GET",
    url: `/trpc/${url}`,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { payload: body }),
  });
  // One is sent whole and the other in chunks.
  const { date: _, "content-length": __, "transfer-encoding": ___, connection: ____, ...told } = answer.headers;
  return { status: answer.statusCode, headers: told, body: answer.body };
}

async function isSame(request: Request) {
  told.theirs.length = 0;
  told.ours.length = 0;
  const [expected, actual] = await Promise.all([ask(theirs, request), ask(ours, request)]);
  expect(actual, JSON.stringify(request)).toEqual(expected);
  expect(told.ours, JSON.stringify(request)).toEqual(told.theirs);
  return actual;
}

const names = [
  ...Object.keys(router._def.procedures),
  "missing",
  "constructor",
  "toString",
  "nested",
  "nested.deep",
  "",
  "echo/",
  "__proto__",
];
const asQuery = (value: unknown) => encodeURIComponent(JSON.stringify(value));

test.each(names)("%s is answered the same, asked for and told, alone and in a batch", async (name) => {
  for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]) {
    for (const input of [
      undefined,
      null,
      {},
      "x",
      1,
      { a: 1, b: 2 },
      { text: "y" },
      { 0: "x" },
      { 0: { text: "z" } },
      [1],
    ]) {
      const hasBody = method !== "GET" && method !== "HEAD";
      const inAddress = input !== undefined && !hasBody ? asQuery(input) : "";
      const body = hasBody && input !== undefined ? JSON.stringify(input) : hasBody ? "" : undefined;
      for (const query of ["", "?", "?batch=1", "?batch=0", "?batch=1&batch=0", "?batch"]) {
        const join = query.includes("?") ? "&" : "?";
        const url = `${name}${query}${inAddress && `${join}input=${inAddress}`}`;
        await isSame({ method, url, ...(body !== undefined && { body }) });
      }
    }
  }
});

test.each<[string, Request]>([
  [
    "mixed success and failure",
    { url: `add,fails,add?batch=1&input=${asQuery({ 0: { a: 1, b: 2 }, 2: { a: "x" } })}` },
  ],
  ["all fail the same", { url: "fails,fails?batch=1" }],
  ["two types", { url: "add,save?batch=1" }],
  ["a mutation asked for", { url: "save,save?batch=1" }],
  ["one that is missing", { url: "add,missing?batch=1" }],
  ["the same one many times", { url: `${Array(10).fill("slow").join()}?batch=1` }],
  ["too many", { url: `${Array(11).fill("slow").join()}?batch=1` }],
  ["800", { url: `${Array(800).fill("nil").join()}?batch=1` }],
  ["commas that are escaped", { url: "nil%2Cnil%2Cslow?batch=1" }],
  ["commas that are escaped twice", { url: "nil%252Cnil?batch=1" }],
  ["commas without a batch", { url: "nil,nil" }],
  ["a bad escape", { url: "nil%25zz" }],
  ["streams", { url: "iterable,nil?batch=1" }],
  ["what comes later", { url: "later,later?batch=1" }],
  ["what can't be told", { url: "big,nil?batch=1" }],
  ["a circle", { url: "circle" }],
  ["JSON cut short", { url: "echo?input=%7B" }],
  ["JSON cut short, in a batch", { url: "echo,nil,noInput?batch=1&input=%7B" }],
  ["a batch's input that is a list", { url: "echo?batch=1&input=[1]" }],
  ["a batch's input that is a number", { url: "echo,nil?batch=1&input=1" }],
  ["input twice", { url: "echo?input=1&input=2" }],
  ["empty input", { url: "echo?input=" }],
  ["a body cut short", { method: "POST", url: "saveAnything", body: "{" }],
  ["a body with a byte order mark", { method: "POST", url: "saveAnything", body: '\uFEFF{"a":1}' }],
  ["a body with __proto__", { method: "POST", url: "saveAnything", body: '{"__proto__":{"a":1}}' }],
  ["a batch with __proto__", { method: "POST", url: "saveAnything?batch=1", body: '{"__proto__":{"0":1}}' }],
  ["a batch as a body", { method: "POST", url: "save,save?batch=1", body: '{"0":{"text":"a"},"1":{"text":3}}' }],
  ["input in the address of a mutation", { method: "POST", url: "saveAnything?input=1", body: "" }],
  [
    "other types of content",
    { method: "POST", url: "saveAnything", body: "1", headers: { "content-type": "application/json; charset=utf-8" } },
  ],
  [
    "a type in capitals",
    { method: "POST", url: "saveAnything", body: "1", headers: { "content-type": "Application/JSON" } },
  ],
  ["a question with a type", { url: "nil", headers: { "content-type": "application/json" } }],
  ["a question with a form's type", { url: "nil", headers: { "content-type": "multipart/form-data; boundary=x" } }],
  ["a question with an unknown type", { url: "nil", headers: { "content-type": "text/plain" } }],
  ["JSON lines", { url: "nil,slow,fails?batch=1", headers: { "trpc-accept": "application/jsonl" } }],
  ["JSON lines, by the plain header", { url: "nil,slow?batch=1", headers: { accept: "text/html, application/jsonl" } }],
  ["JSON lines without a batch", { url: "nil", headers: { "trpc-accept": "application/jsonl" } }],
  ["JSON lines of streams", { url: "iterable,later?batch=1", headers: { "trpc-accept": "application/jsonl" } }],
  ["a subscription", { url: "ticks" }],
  ["a subscription that goes on", { url: "ticks?lastEventId=1" }],
  ["subscriptions in a batch", { url: "ticks,ticks?batch=1" }],
  ["parameters of a connection", { url: `nil?connectionParams=${asQuery({ a: "b" })}` }],
  ["parameters that can't be read", { url: "nil?connectionParams=x" }],
  ["a caller", { url: "noInput", headers: { "x-who": "Ada" } }],
  ["a caller that is refused", { url: "nil", headers: { "x-refused": "1" } }],
  ["a batch that is refused", { url: "nil,fails?batch=1", headers: { "x-refused": "1" } }],
  ["no context", { url: "nil,nil?batch=1", headers: { "x-broken": "1" } }],
  ["no context for what is missing", { url: "missing", headers: { "x-broken": "1" } }],
  ["another host", { url: "nil", headers: { host: "api.example.com:3001" } }],
  ["a host that is none", { url: "nil", headers: { host: "a b" } }],
  ["a path within the router", { url: 'nested.deep.echo?input="x"' }],
])("%s: the same answer", async (_, request) => {
  await isSame(request);
});

test("whatever JSON comes in: the same answer", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("echo", "add", "save", "saveAnything", "nested.deep.echo", "missing"),
      fc.constantFrom("GET", "POST"),
      fc.boolean(),
      fc.oneof(fc.jsonValue(), fc.record({ 0: fc.jsonValue(), a: fc.integer(), b: fc.double(), text: fc.string() })),
      async (name, method, isBatch, value) => {
        const isGet = method === "GET";
        const query = [isBatch ? "batch=1" : "", isGet ? `input=${asQuery(value)}` : ""].filter(Boolean).join("&");
        await isSame({ method, url: `${name}?${query}`, ...(!isGet && { body: JSON.stringify(value) }) });
      },
    ),
    { numRuns: 300 },
  );
});

test("a form is refused before it is read", async () => {
  const headers = { "content-type": "multipart/form-data; boundary=x" };
  expect((await ask(ours, { method: "POST", url: "saveAnything", body: "--x--", headers })).status).toBe(415);
});

test("a procedure learns that whoever asked has gone", async () => {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const { promise: called, resolve: call } = Promise.withResolvers<void>();
  const waiting = t.router({
    waits: p.query(({ signal }) => {
      call();
      signal?.addEventListener("abort", () => resolve());
      return aborted;
    }),
  });
  const app = Fastify();
  mountTrpc(app, { ...optionsFor("ours"), prefix: "/trpc", router: waiting });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const client = new AbortController();
  const asked = fetch(`${address}/trpc/waits`, { signal: client.signal }).catch(() => {});
  await called;
  client.abort();
  await aborted;
  await asked;
  await app.close();
});
