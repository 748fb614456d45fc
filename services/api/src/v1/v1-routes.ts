import swagger from "@fastify/swagger";
import type { ApiKeyScope } from "@parley/contracts";
import type { KeyCaller } from "@parley/core/api-keys/open-with-api-key";
import { AppError } from "@parley/core/app-error";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { ApiParts } from "../create-api.ts";
import { errorAnswer, retryAfterOf } from "../error-answer.ts";
import { createAuthentication } from "./authenticate.ts";
import { conversationRoutes } from "./conversation-routes.ts";
import { documentRoutes } from "./document-routes.ts";
import type { Problem } from "./shapes.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Whose API key came along: on routes of /v1 that ask for a scope. */
    keyCaller: KeyCaller;
  }
  interface FastifyContextConfig {
    /** What an API key has to open; a route without it is for everybody. */
    scope?: ApiKeyScope;
  }
}

/** The public interface for programs. What it says of itself, at /v1/openapi.json, is made from what it checks. */
export async function v1Routes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { db, config } = parts;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerWithProblem);
  app.setNotFoundHandler((request, reply) => answerWithProblem(new AppError("address.not_found"), request, reply));
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Parley",
        version: "1",
        description: "Conversations and documents of a workspace, for programs.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: config.api.url }],
      components: { securitySchemes: { apiKey: { type: "http", scheme: "bearer", bearerFormat: "parley_…" } } },
    },
    transform: createJsonSchemaTransform({}),
    transformObject: createJsonSchemaTransformObject({}),
  });

  const authenticate = createAuthentication(app, db);
  app.decorateRequest("keyCaller");
  app.addHook("onRequest", async (request, reply) => {
    const { scope } = request.routeOptions.config;
    if (scope) request.keyCaller = await authenticate(request, reply, scope);
  });
  const description = `${app.prefix}/openapi.json`;
  const addresses = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method, config }: RouteOptions) => {
    if (config?.refuses) return;
    if (!config?.scope && url !== description) throw new Error(`${url} asks for no scope`);
    const known = addresses.get(url) ?? new Set();
    addresses.set(url, new Set([...known, ...[method].flat()]));
  });
  // A file is whatever its name says, so its type is not asked for; it is left to the handler, which knows first whether it wants it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));

  const typed = app.withTypeProvider<ZodTypeProvider>();
  conversationRoutes(typed, db);
  documentRoutes(typed, parts);
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  for (const [url, allowed] of [...addresses]) {
    app.route({
      url: url.slice(app.prefix.length),
      method: ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"].filter((method) => !allowed.has(method)),
      schema: { hide: true },
      config: { refuses: true },
      onRequest: async (_request, reply) => {
        reply.header("allow", [...allowed].join(", "));
        throw new AppError("method.not_allowed");
      },
      handler: async () => {},
    });
  }
}

function answerWithProblem(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) {
  const { status, body } = errorAnswer(error as FastifyError, request);
  request.facts.refusal = body.error.code;
  if (status >= 500) request.log.error({ err: error, ...request.facts }, "request failed");
  const retryAfter = retryAfterOf(body.error.code);
  if (retryAfter && !reply.hasHeader("retry-after")) reply.header("retry-after", retryAfter);
  const issues = hasZodFastifySchemaValidationErrors(error)
    ? error.validation.map(({ instancePath, message }) => ({
        path: instancePath.slice(1).replaceAll("/", "."),
        message: message ?? "",
      }))
    : body.error.issues;
  const { code, message, requestId = "" } = body.error;
  const problem: Problem = {
    type: `urn:parley:problem:${code}`,
    title: message,
    status,
    code,
    requestId,
    ...(issues && { issues }),
  };
  return reply.code(status).type("application/problem+json").serializer(JSON.stringify).send(problem);
}
