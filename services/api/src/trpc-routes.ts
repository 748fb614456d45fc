import { backgroundHeader, rateLimits, type TenantId, type UserId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import { appRouter } from "@parley/core/router";
import { listMemberships, type Membership, needsSecondFactor } from "@parley/core/tenants/find-tenant";
import { type Context, toTrpcError } from "@parley/core/trpc";
import type { Counted } from "@parley/platform/rate-limits/limit-key";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiParts } from "./create-api.ts";
import { digestOf, refuse, spend } from "./rate-limit.ts";
import { refusePoison } from "./refuse-poison.ts";
import { mountTrpc } from "./trpc-adapter.ts";

const prefix = "/trpc";

/** The procedures of our own apps, for whoever has a session. */
export async function trpcRoutes(app: FastifyInstance, options: ApiParts): Promise<void> {
  const { logger } = options;

  // tRPC would answer HEAD without having asked who calls.
  app.addHook("onRequest", async (request, reply) => {
    if (request.method !== "HEAD") return;
    reply.header("allow", "GET, POST");
    throw new AppError("method.not_allowed");
  });
  app.addHook("preHandler", refusePoison);

  const createContext = contextOf(app, options);

  mountTrpc(app, {
    prefix,
    router: appRouter,
    createContext,
    maxBatchSize: 10,
    onError({ error, path, req }) {
      if (error.code !== "INTERNAL_SERVER_ERROR") return;
      logger.error({ err: error.cause ?? error, procedure: path, requestId: req.id }, "procedure failed");
    },
  });
}

/** Who calls, in which tenant, and what procedures need beside that; counted against the limits of both. */
export function contextOf(app: FastifyInstance, options: ApiParts) {
  const { db, embedder, accounts, config, jobs, mailJobs, models, planOf } = options;

  async function whoIs(request: FastifyRequest) {
    try {
      const headers = new Headers({ cookie: request.headers.cookie ?? "" });
      const session = await accounts.findSession(headers, { background: isBackground(request) });
      return { session, memberships: session ? await listMemberships(db, session.user.id) : [] };
    } catch (error) {
      throw toTrpcError(error);
    }
  }

  /** Before any of the calls begins: a batch is let in whole, or not at all. */
  async function limitCalls(request: FastifyRequest, reply: FastifyReply, userId: UserId, tenantId?: TenantId) {
    const cost = countCalls(request);
    try {
      await spend(app, reply, rateLimits.procedures, userId, { cost });
      if (!tenantId) return;
      const plan = await planOf(tenantId);
      await spend(app, reply, rateLimits.tenantRequests, { tenantId, of: [] }, { plan, cost });
    } catch (error) {
      throw toTrpcError(error);
    }
  }

  async function createContext({ req, res }: { req: FastifyRequest; res: FastifyReply }): Promise<Context> {
    const { session, memberships } = await whoIs(req);
    for (const cookie of session?.headers.getSetCookie() ?? []) res.header("set-cookie", cookie);
    const { membership, refusal } = choosePlace(memberships, req.headers["parley-tenant"]);
    const isBarred = membership && needsSecondFactor(membership) && !session?.session.secondFactor;
    if (session) await limitCalls(req, res, session.user.id, membership?.tenantId);
    if (membership) {
      req.facts.tenantId = membership.tenantId;
      req.facts.memberId = membership.memberId;
    }
    return {
      db,
      embedder,
      requestId: req.id,
      ip: req.ip,
      facts: req.facts,
      secret: config.secret,
      realtimeUrl: config.realtime.url,
      dashboardUrl: config.dashboard.url,
      mailJobs,
      knowledgeJobs: jobs,
      models,
      isOpen: config.signUp === "open",
      countInvitation: (tenantId, address) => countInvitation(app, res, { tenantId, of: [digestOf(address)] }),
      async countSearch() {
        if (session) await spend(app, res, rateLimits.searches, session.user.id);
      },
      user: session?.user,
      session: session?.session,
      caller: membership && !isBarred ? { kind: "member", ...membership } : undefined,
      noCaller: isBarred ? "auth.factor_required" : refusal,
    };
  }

  return createContext;
}

/** What the other tenants have done to the address changes neither the answer nor its headers. */
async function countInvitation(app: FastifyInstance, reply: FastifyReply, { tenantId, of }: Counted): Promise<boolean> {
  await spend(app, reply, rateLimits.tenantInvitationsToAddress, { tenantId, of });
  const verdict = await app.rateLimiter?.spend({ limit: rateLimits.invitationsToAddress, of: { of } });
  if (verdict?.outcome === "unknown") refuse(reply, verdict);
  return verdict?.outcome !== "exceeded";
}

/**
 * The user's place in the tenant that the request names. Whoever belongs to one tenant need not name it; nobody acts in another
 * tenant than they meant. A tenant that isn't the user's is answered for as one that does not exist.
 */
function choosePlace(
  memberships: readonly Membership[],
  named: string | string[] | undefined,
): { membership?: Membership; refusal?: Context["noCaller"] } {
  if (named === undefined) {
    const [only, ...others] = memberships;
    return others.length > 0 ? { refusal: "tenant.required" } : only ? { membership: only } : {};
  }
  const membership = memberships.find(({ tenantId }) => tenantId === named);
  return membership ? { membership } : { refusal: "tenant.not_found" };
}

/** How many procedures a request calls, as tRPC will read its address; 1 for any other request. */
export function countCalls(request: FastifyRequest): number {
  return calls(request).length;
}

function calls({ routeOptions, params, url }: FastifyRequest): string[] {
  if (routeOptions.url !== `${prefix}/:path`) return [url];
  const { path } = params as { path: string };
  return decode(path).split(",");
}

/** Whether nobody need be there who asked for it: a page says so, and sockets are kept open by pages alone. */
function isBackground(request: FastifyRequest): boolean {
  return request.headers[backgroundHeader] === "1" || calls(request).every((path) => path === "session.ticket");
}

/** tRPC reads escapes in what the router has already read: an escaped comma separates calls, too. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // refused by tRPC
  }
}
