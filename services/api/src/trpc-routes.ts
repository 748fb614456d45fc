import { AppError } from "@parley/core/app-error";
import { type AppRouter, appRouter } from "@parley/core/router";
import { listMemberships } from "@parley/core/tenants/find-tenant";
import { type Context, toTrpcError } from "@parley/core/trpc";
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiOptions } from "./create-api.ts";

/** The procedures of our own apps, for whoever has a session. */
export async function trpcRoutes(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const { db, accounts, config, logger } = options;

  // The cookie comes along whoever makes the browser call, so a call that changes something must come from our own pages.
  app.addHook("onRequest", async (request) => {
    const safe = request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
    if (!safe && request.headers.origin !== config.dashboard.origin) throw new AppError("origin.not_allowed");
  });

  async function whoIs({ headers }: FastifyRequest) {
    try {
      const session = await accounts.findSession(new Headers({ cookie: headers.cookie ?? "" }));
      return { session, memberships: session ? await listMemberships(db, session.user.id) : [] };
    } catch (error) {
      throw toTrpcError(error);
    }
  }

  async function createContext({ req, res }: { req: FastifyRequest; res: FastifyReply }): Promise<Context> {
    const { session, memberships } = await whoIs(req);
    for (const cookie of session?.headers.getSetCookie() ?? []) res.header("set-cookie", cookie);
    const wanted = req.headers["parley-tenant"];
    const membership = wanted ? memberships.find(({ tenantId }) => tenantId === wanted) : memberships[0];
    if (membership) {
      req.facts.tenantId = membership.tenantId;
      req.facts.memberId = membership.memberId;
    }
    return {
      db,
      requestId: req.id,
      facts: req.facts,
      secret: config.secret,
      realtimeUrl: config.realtime.url,
      user: session?.user,
      caller: membership && { kind: "member", ...membership },
    };
  }

  await app.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: {
      router: appRouter,
      createContext,
      maxBatchSize: 10,
      onError({ error, path, req }) {
        if (error.code !== "INTERNAL_SERVER_ERROR") return;
        logger.error({ err: error.cause ?? error, procedure: path, requestId: req.id }, "procedure failed");
      },
    } satisfies FastifyTRPCPluginOptions<AppRouter>["trpcOptions"],
  });
}
