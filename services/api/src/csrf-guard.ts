import { type Csrf, createCsrf } from "@parley/auth";
import { AppError } from "@parley/core/app-error";
import type { Config } from "@parley/platform/config";
import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";

/**
 * Every route that changes something without being opened by a cookie, so that another site gains nothing by calling it: what opens
 * it instead. All others that are no GET are behind the guard, by being there.
 */
export const openedWithoutCookie: Readonly<
  Record<string, "publishable key" | "visitor token" | "API key" | "admin token">
> = {
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
};

export type RouteName = { method: string; url: string };

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route is there to say that there is none by this method. */
    refuses?: boolean;
    /** The body may be a file's bytes, instead of JSON. */
    takesFile?: boolean;
    /** Until the body has to be there; 30 seconds when left out. */
    bodyTimeoutMs?: number;
  }
  interface FastifyInstance {
    /** Every route of the api, for the proofs that are generated from them. */
    routeNames: RouteName[];
  }
}

/** They change nothing. */
const safe = new Set(["GET", "HEAD", "OPTIONS"]);

class NotJson extends Error {
  readonly statusCode = 415;
}

/** The guard's tokens, for the pages that may change something with a cookie. */
export const createCsrfFor = ({ secret, api, dashboard }: Pick<Config, "secret" | "api" | "dashboard">): Csrf =>
  createCsrf({ secret, apiUrl: api.url, origins: [dashboard.origin] });

/** Puts the guard before all routes that are registered from now on, and adds the route that gives tokens. */
export function guardAgainstOtherSites(app: FastifyInstance, csrf: Csrf): void {
  app.decorate("routeNames", []);
  app.addHook("onRoute", ({ method, url, config }) => {
    if (config?.refuses) return;
    for (const one of [method].flat()) app.routeNames.push({ method: one, url });
  });
  app.addHook("onReady", async () => {
    const known = new Set(app.routeNames.map(({ method, url }) => `${method} ${url}`));
    const stale = Object.keys(openedWithoutCookie).filter((name) => !known.has(name));
    if (stale.length > 0) throw new Error(`csrf-guard.ts names routes that are not there: ${stale.join(", ")}`);
  });

  app.addHook("onRequest", async (request, reply) => {
    const { url, config } = request.routeOptions;
    if (url === undefined || config.refuses) return;
    if (safe.has(request.method)) {
      if (isEmbeddedElsewhere(request) && !url.startsWith("/widget/")) throw new AppError("origin.not_allowed");
      return;
    }
    if (request.method !== "POST") {
      reply.header("allow", "GET, HEAD, POST");
      throw new AppError("method.not_allowed");
    }
    const name = `POST ${url}`;
    if (Object.hasOwn(openedWithoutCookie, name)) return;
    const refusal = csrf.refuse(request.headers, { isFile: config.takesFile });
    if (refusal === "not_json") throw new NotJson();
    if (refusal) throw new AppError(refusal);
  });

  app.get("/api/csrf", (request, reply) => {
    const { token, setCookie } = csrf.issue(request.headers.cookie);
    if (setCookie) reply.header("set-cookie", setCookie);
    return reply.send({ token });
  });
}

/**
 * Whether another site's page asks for something to show or to read it, by Fetch Metadata, which no page can forge. Whoever follows a
 * link comes to us, and is let in; a browser that is too old to say has `SameSite` cookies and CORS. Preflights are CORS's to answer.
 */
function isEmbeddedElsewhere({ method, headers }: FastifyRequest): boolean {
  if (method === "OPTIONS" || headers["sec-fetch-site"] !== "cross-site") return false;
  return headers["sec-fetch-mode"] !== "navigate" || headers["sec-fetch-dest"] !== "document";
}

const methods: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"];

/** Answers 405, rather than 404, where there is a route but not by this method. After all other routes. */
export function refuseOtherMethods(app: FastifyInstance): void {
  const byUrl = Map.groupBy(app.routeNames, ({ url }) => url);
  for (const [url, names] of byUrl) {
    const allowed = new Set(names.map(({ method }) => method));
    const others = methods.filter((method) => !app.hasRoute({ method, url }));
    if (url === "*" || others.length === 0) continue;
    app.route({
      method: others,
      url,
      exposeHeadRoute: false,
      config: { refuses: true },
      onRequest: async (_request, reply) => {
        reply.header("allow", [...allowed].join(", "));
        throw new AppError("method.not_allowed");
      },
      handler: async () => {},
    });
  }
}
