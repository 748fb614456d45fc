import {
  type AnyTRPCProcedure,
  type AnyTRPCRouter,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  type inferRouterContext,
  TRPCError,
  type TRPCProcedureType,
  transformTRPCResponse,
} from "@trpc/server";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

type Options<Router extends AnyTRPCRouter> = {
  prefix: string;
  router: Router;
  createContext(request: { req: FastifyRequest; res: FastifyReply }): Promise<inferRouterContext<Router>>;
  /** Procedures that one request may call. */
  maxBatchSize: number;
  onError(failure: { error: TRPCError; path: string | undefined; req: FastifyRequest }): void;
};

/**
 * Mounts a tRPC router. The plain calls of JSON, alone or in batches, which are nearly all, go straight to their procedures: tRPC's own
 * adapter makes a `Request`, a `Response` and two streams of each. Whatever is not plain, it answers: streams, subscriptions, and what
 * is refused for its shape. A test compares the answers of both to the letter.
 */
export function mountTrpc<Router extends AnyTRPCRouter>(app: FastifyInstance, options: Options<Router>): void {
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.all(`${options.prefix}/:path`, async (request, reply) => {
    const plain = readPlainRequest(options, request);
    if (plain) return answer(options, plain, request, reply);
    const { path } = request.params as { path: string };
    await fastifyRequestHandler<Router, FastifyRequest, FastifyReply>({ ...options, req: request, res: reply, path });
    return reply;
  });
}

type Call = { path: string; procedure: AnyTRPCProcedure };
type PlainRequest = { calls: Call[]; type: TRPCProcedureType; isBatch: boolean; inputs: Inputs };
type Outcome = { data: unknown; error?: undefined } | { error: TRPCError };

/** What a request asks for; undefined when tRPC's own adapter has to look at it. */
function readPlainRequest(
  { router, maxBatchSize }: Pick<Options<AnyTRPCRouter>, "router" | "maxBatchSize">,
  request: FastifyRequest,
): PlainRequest | undefined {
  const { method, url, headers, body } = request;
  const type = method === "GET" ? "query" : method === "POST" ? "mutation" : undefined;
  if (!type || url.includes("#") || !/^[\w.-]+(:\d{1,5})?$/.test(headers.host ?? "localhost")) return undefined;
  const contentType = headers["content-type"];
  if (contentType === undefined ? type !== "query" : !/^application\/json *(;|$)/i.test(contentType)) return undefined;
  if (headers["trpc-accept"] !== undefined || headers.accept?.includes("jsonl")) return undefined;

  const query = new URLSearchParams(url.split("?").slice(1).join("?"));
  if (query.has("connectionParams")) return undefined;
  const text = type === "query" ? query.get("input") : typeof body === "string" ? body : "";
  if (text?.startsWith("\uFEFF")) return undefined;
  const path = unescapePath((request.params as { path: string }).path);
  const isBatch = query.get("batch") === "1";
  const paths = isBatch ? path?.split(",") : path === undefined ? undefined : [path];
  if (!paths || (isBatch && paths.length > maxBatchSize)) return undefined;

  const calls: Call[] = [];
  for (const name of paths) {
    const procedure = Object.hasOwn(router._def.procedures, name) ? router._def.procedures[name] : undefined;
    if (!procedure || procedure._def.type !== type) return undefined;
    calls.push({ path: name, procedure });
  }
  return { calls, type, isBatch, inputs: new Inputs(text, calls.length, isBatch, router) };
}

function unescapePath(path: string): string | undefined {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The inputs of the calls, read when a procedure asks for its own. */
class Inputs {
  readonly #read: () => Record<number, unknown>;
  #values: Record<number, unknown> | undefined;

  constructor(text: string | null, count: number, isBatch: boolean, router: AnyTRPCRouter) {
    this.#read = () => {
      const values: Record<number, unknown> = Object.create(null);
      const parsed: unknown = text ? JSON.parse(text) : undefined;
      if (parsed === undefined) return values;
      const { deserialize } = router._def._config.transformer.input;
      if (!isBatch) {
        values[0] = deserialize(parsed);
        return values;
      }
      if (!isObject(parsed)) {
        const message = '"input" needs to be an object when doing a batch call';
        throw new TRPCError({ code: "BAD_REQUEST", message });
      }
      for (let index = 0; index < count; index++) {
        const value = parsed[index];
        if (value !== undefined) values[index] = deserialize(value);
      }
      return values;
    };
  }

  /** @throws TRPCError `BAD_REQUEST` when the text can't be read */
  async get(index: number): Promise<unknown> {
    try {
      this.#values ??= this.#read();
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause;
      throw new TRPCError({ code: "BAD_REQUEST", message: (cause as Error).message, cause });
    }
    return this.#values[index];
  }

  /** What was read so far. */
  known(index: number): unknown {
    return this.#values?.[index];
  }
}

async function answer<Router extends AnyTRPCRouter>(
  options: Options<Router>,
  { calls, type, isBatch, inputs }: PlainRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { router, createContext, onError } = options;
  const config = router._def._config;
  let context: inferRouterContext<Router> | undefined;
  let noContext: TRPCError | undefined;
  try {
    context = await createContext({ req: request, res: reply });
  } catch (cause) {
    noContext = getTRPCErrorFromUnknown(cause);
  }
  const tell = (error: TRPCError, path?: string) => onError({ error, path, req: request });
  const shapeOf = (error: TRPCError, index?: number) => ({
    error: getTRPCErrorShape({
      config,
      error,
      type,
      path: index === undefined ? undefined : calls[index]?.path,
      input: index === undefined ? undefined : inputs.known(index),
      ctx: context,
    }),
  });

  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableEnded) gone.abort();
  });
  const call = async ({ path, procedure }: Call, index: number): Promise<Outcome> => {
    try {
      if (noContext) throw noContext;
      const data: unknown = await procedure({
        path,
        getRawInput: () => inputs.get(index),
        ctx: context,
        type,
        signal: gone.signal,
        batchIndex: index,
      });
      return { data };
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      tell(error, path);
      return { error };
    }
  };
  const outcomes = await Promise.all(calls.map(call));

  try {
    const streams = outcomes.map((outcome) => (!outcome.error && isStream(outcome.data) ? noStream() : undefined));
    if (!isBatch && streams[0]) throw streams[0];
    const errors = outcomes.map((outcome, index) => outcome.error ?? streams[index]);
    const results = outcomes.map((outcome, index) => {
      const error = errors[index];
      return error ? shapeOf(error, index) : { result: { data: (outcome as { data: unknown }).data } };
    });
    const body = isBatch ? results : results[0];
    if (!body) throw new Error("a request calls a procedure");
    return send(reply, getHTTPStatusCode(results, errors), JSON.stringify(transformTRPCResponse(config, body)));
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause);
    tell(error);
    const body = shapeOf(error);
    return send(reply, getHTTPStatusCode([body], [error]), JSON.stringify(transformTRPCResponse(config, body)));
  }
}

function send(reply: FastifyReply, status: number, body: string): FastifyReply {
  // As bytes: Fastify would add a charset to the type of a text.
  return reply
    .code(status)
    .header("vary", "trpc-accept, accept")
    .header("content-type", "application/json")
    .send(Buffer.from(body));
}

const noStream = () =>
  new TRPCError({
    code: "UNSUPPORTED_MEDIA_TYPE",
    message: "Cannot use stream-like response in non-streaming request - use httpBatchStreamLink",
  });

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isIterable = (value: unknown) => isObject(value) && Symbol.asyncIterator in value;
const isPromise = (value: unknown) =>
  isObject(value) && typeof value.then === "function" && typeof value.catch === "function";

/** What comes bit by bit, and can't be told in one answer. */
function isStream(value: unknown): boolean {
  if (!isObject(value)) return false;
  return isIterable(value) || Object.values(value).some((part) => isPromise(part) || isIterable(part));
}
