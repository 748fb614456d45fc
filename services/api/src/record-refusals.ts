import type { Csrf } from "@parley/auth";
import type { ErrorCode, TenantId } from "@parley/contracts";
import { createRefusalLog, type Refusal } from "@parley/core/audit/record-refusal";
import { listMemberships } from "@parley/core/tenants/find-tenant";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiOptions } from "./create-api.ts";

/** Somebody came with a credential and was not let do what they asked. */
const told: readonly ErrorCode[] = ["auth.forbidden", "auth.factor_required", "origin.not_allowed", "csrf.invalid"];
/**
 * Where it is known whose it was, or was meant to be: a key of the tenant's that is over or in an address, or a token that is nobody's
 * for a tenant that the address names: somebody tries to be the operator.
 */
const toldOfTenant: readonly ErrorCode[] = ["auth.required", "api_key.in_address"];

type Actor = Refusal["actor"];

/** Tells the tenant's audit log of requests that are refused though a credential came along, before they are answered. */
export function recordRefusals(
  app: FastifyInstance,
  { db, accounts, csrf }: Pick<ApiOptions, "db" | "accounts"> & { csrf: Csrf },
): void {
  const record = createRefusalLog(db);

  /** The caller in each tenant that is concerned. */
  async function callersOf(request: FastifyRequest): Promise<[TenantId, Actor][]> {
    const { tenantId, memberId, contactId, apiKeyId } = request.facts;
    if (tenantId) {
      const actor: Actor = memberId
        ? { kind: "member", id: memberId }
        : contactId
          ? { kind: "contact", id: contactId }
          : apiKeyId
            ? { kind: "api_key", id: apiKeyId }
            : { kind: "unknown", id: null };
      return [[tenantId as TenantId, actor]];
    }
    const { cookie } = request.headers;
    // A new token would be lost: browsers take no cookie from the answer to another site's request.
    const session = cookie && (await accounts.findSession(new Headers({ cookie }), { background: true, renew: false }));
    if (!session) return [];
    const memberships = await listMemberships(db, session.user.id);
    return memberships.map(({ tenantId, memberId }) => [tenantId, { kind: "member", id: memberId }]);
  }

  /**
   * Whether the request would have been let in before its session got another token: then a page of ours has come that has not heard of
   * it. It is refused like any other, asks for a token and comes again; nobody has attacked.
   */
  async function isOfFormerToken({ headers, facts }: FastifyRequest): Promise<boolean> {
    if (facts.refusal !== "csrf.invalid" || !headers.cookie) return false;
    const former = await accounts.withFormerSession(new Headers({ cookie: headers.cookie }));
    return former !== undefined && !csrf.refuse({ ...headers, cookie: former.get("cookie") ?? "" });
  }

  app.addHook("onSend", async (request) => {
    const { refusal: code, tenantId, procedures = null } = request.facts;
    if (!code || !(told.includes(code) || (tenantId && toldOfTenant.includes(code)))) return;
    try {
      if (await isOfFormerToken(request)) return;
      const { url: route = null } = request.routeOptions;
      for (const [tenantId, actor] of await callersOf(request)) {
        await record(tenantId, { actor, ip: request.ip, code, route, procedures });
      }
    } catch (error) {
      // The refusal stands, whether or not it could be recorded.
      request.log.error({ err: error, ...request.facts }, "a refusal could not be recorded");
    }
  });
}
