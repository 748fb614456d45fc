import cors from "@fastify/cors";
import type { Accounts } from "@parley/auth";
import { type ErrorBody, limits, rateLimits } from "@parley/contracts";
import type { WorkspaceModels } from "@parley/core/assistant/workspace-models";
import type { KnowledgeJobs } from "@parley/core/knowledge/jobs";
import type { Embedder } from "@parley/core/knowledge/passage";
import type { MailJobs } from "@parley/core/mail/mail-jobs";
import { createPlans } from "@parley/core/tenants/plan";
import type { Facts } from "@parley/core/trpc";
import type { Database } from "@parley/db";
import type { Config } from "@parley/platform/config";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import type { MailCapture } from "@parley/platform/mail/captured-mail";
import type { ObjectStore } from "@parley/platform/objects/object-store";
import { createRateLimiter, type RateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { answerUnreadable } from "@parley/platform/raw-answer";
import { shareCheck, watchReadiness } from "@parley/platform/readiness";
import { securityHeaders } from "@parley/platform/security-headers";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from "fastify";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import { endSlowBodies, longestBodyMs } from "./body-deadline.ts";
import { capturedMailRoutes } from "./captured-mail-routes.ts";
import { createCsrfFor, guardAgainstOtherSites, refuseOtherMethods } from "./csrf-guard.ts";
import { errorAnswer, retryAfterOf } from "./error-answer.ts";
import { playgroundRoutes } from "./playground-routes.ts";
import { limitRate } from "./rate-limit.ts";
import { recordRefusals } from "./record-refusals.ts";
import { countCalls, trpcRoutes } from "./trpc-routes.ts";
import { uploadRoutes } from "./upload-routes.ts";
import { v1Routes } from "./v1/v1-routes.ts";
import { widgetRoutes } from "./widget-routes.ts";

export type ApiOptions = {
  config: Config;
  db: Database;
  eventLog: EventLog;
  embedder: Embedder;
  accounts: Accounts;
  jobs: KnowledgeJobs;
  objects: ObjectStore;
  mailJobs: Pick<MailJobs, "send">;
  models: WorkspaceModels;
  /** Counts in this process alone when left out. Whoever gives it closes it. */
  rateLimiter?: RateLimiter;
  /** Mails that are kept instead of sent; whoever sits at this machine may read them, if the api is for this machine alone. */
  capturedMail?: MailCapture | undefined;
  logger: Logger;
  /** Told of every route as it is made: the proofs go by that list. */
  onRoute?: ((route: RouteOptions) => void) | undefined;
};

/** What routes are made from. */
export type ApiParts = ApiOptions & { planOf: ReturnType<typeof createPlans> };

declare module "fastify" {
  interface FastifyRequest {
    facts: Facts;
  }
}

/** The api: everything that a client may ask for. It listens when told to. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { config, db, eventLog, logger } = options;
  const headers = securityHeaders("api", { url: config.api.url });
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.httpBodyBytes,
    // A proxy is trusted by its address alone: `true` would let any client say who it is.
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: () => crypto.randomUUID(),
    // The longest of `endSlowBodies`.
    requestTimeout: longestBodyMs,
    // Whoever sends a request slowly holds a socket and nothing else, and not for long.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
    routerOptions: { maxParamLength: 1_000 },
    // What is asked meanwhile is answered, as the last on its connection; Fastify's own refusal has none of our headers.
    return503OnClosing: false,
    clientErrorHandler: answerUnreadable({
      headers,
      onRefused: (refused) => logger.info(refused, "a request could not be read"),
    }),
    // An address that can't be read comes by neither hooks nor handlers.
    frameworkErrors: (error, request, reply) => {
      const answer: FastifyReply = reply;
      const { status, body } = errorAnswer(error, request);
      stamp(headers, request, answer);
      void answer.code(status).send(body);
    },
  });
  const { onRoute } = options;
  if (onRoute) app.addHook("onRoute", (route) => onRoute(route));

  // JSON only: what a form of another site can send (urlencoded, multipart, text/plain) is refused with 415.
  app.removeContentTypeParser("text/plain");

  const { rateLimiter = createRateLimiter({ logger }) } = options;
  app.decorate("rateLimiter", config.rateLimits ? rateLimiter : undefined);
  app.decorateRequest("facts");
  app.addHook("onRequest", async (request, reply) => {
    request.facts = {};
    stamp(headers, request, reply);
  });
  // A connection that stays open after the last answer would hold up the end until its client lets go of it.
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onClose", () => options.accounts.settled());
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const { facts, method, routeOptions } = request;
    const durationMs = Math.round(reply.elapsedTime);
    request.log.info(
      {
        ...facts,
        method,
        route: routeOptions.url,
        status: reply.statusCode,
        durationMs,
      },
      "request",
    );
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, body } = errorAnswer(error, request);
    request.facts.refusal = body.error.code;
    if (status >= 500) request.log.error({ err: error, ...request.facts }, "request failed");
    const retryAfter = retryAfterOf(body.error.code);
    if (retryAfter && !reply.hasHeader("retry-after")) reply.header("retry-after", retryAfter);
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: {
        code: "input.invalid",
        message: "There is nothing at this address.",
        requestId: request.id,
      },
    } satisfies ErrorBody),
  );

  await app.register(cors, {
    delegator: ({ url }, done) => {
      const widget = url.startsWith("/widget/");
      // No page has business here: one that held an API key or the admin token would give it away.
      const noPage = url.startsWith("/admin/") || url.startsWith("/v1/");
      done(null, {
        // The widget sends no cookie, so any page may read its answers; which pages get any, the inbox's list says.
        origin: widget ? "*" : noPage ? false : [config.dashboard.origin],
        credentials: !widget,
        exposedHeaders: ["retry-after", "ratelimit", "ratelimit-policy", "x-request-id"],
        methods: ["GET", "POST"],
        maxAge: 600,
      });
    },
  });
  const limitRequests = limitRate(app, rateLimits.requests, { cost: countCalls });
  app.addHook("onRequest", async (request, reply) => {
    const { url } = request.routeOptions;
    if (url !== "/healthz" && url !== "/readyz") await limitRequests(request, reply);
  });

  endSlowBodies(app);
  const csrf = createCsrfFor(config);
  recordRefusals(app, { ...options, csrf });
  guardAgainstOtherSites(app, csrf);

  app.get("/healthz", async () => ({ status: "ok" }));
  // Outside every limit, so that whoever runs us may ask as often as they like.
  const checks = { database: shareCheck(() => db.ping()), eventLog: shareCheck(() => eventLog.ping()) };
  const askReadiness = watchReadiness(checks, logger);
  app.get("/readyz", async (_request, reply) => {
    const readiness = await askReadiness();
    return reply.code(readiness.status === "ready" ? 200 : 503).send(readiness);
  });

  const parts: ApiParts = { ...options, planOf: createPlans(db) };
  await app.register(accountRoutes, parts);
  await app.register(trpcRoutes, parts);
  await app.register(auditRoutes, parts);
  await app.register(uploadRoutes, parts);
  await app.register(playgroundRoutes, parts);
  await app.register(widgetRoutes, parts);
  await app.register(v1Routes, { prefix: "/v1", ...parts });
  await app.register(adminRoutes, parts);
  const { capturedMail } = options;
  if (capturedMail) await app.register(capturedMailRoutes, { capturedMail, apiUrl: config.api.url });
  refuseOtherMethods(app);
  return app;
}

function stamp(headers: Record<string, string>, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(headers).header("x-request-id", request.id).header("cache-control", "no-store");
}
