import type { Csrf } from "@parley/auth";
import type { ErrorCode, TenantId } from "@parley/contracts";
import { type AuditRecord, recordAudit } from "@parley/core/audit/record-audit";
import { listMemberships } from "@parley/core/tenants/find-tenant";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiOptions } from "./create-api.ts";

/** Somebody came with a credential and was not let do what they asked. */
const told: readonly ErrorCode[] = ["auth.forbidden", "origin.not_allowed", "csrf.invalid"];
/** A key of the tenant's that is over came, or a token that is nobody's for a tenant that the address names: somebody tries to be the operator. */
const isWrongToken = ({ facts }: FastifyRequest) => facts.refusal === "auth.required" && facts.tenantId !== undefined;
/**
 * What is recorded in a minute by each process: of one caller, and of one kind of callers in a tenant together. Whoever provokes refusals
 * must not fill the log; and since anybody can be a visitor, none of them can use up what there is for members and keys.
 */
const perMinute = { ofCaller: 5, ofKind: 20 };

type Actor = AuditRecord["actor"];

/** Tells the tenant's audit log of requests that are refused though a credential came along, before they are answered. */
export function recordRefusals(
  app: FastifyInstance,
  { db, accounts, csrf }: Pick<ApiOptions, "db" | "accounts"> & { csrf: Csrf },
): void {
  let minute = 0;
  const recorded = new Map<string, number>();

  function isTooMany(tenantId: TenantId, { kind, id }: Actor): boolean {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) recorded.clear();
    minute = now;
    const [ofKind, ofCaller] = [`${tenantId} ${kind}`, `${tenantId} ${kind} ${id}`];
    const kinds = recorded.get(ofKind) ?? 0;
    const callers = recorded.get(ofCaller) ?? 0;
    if (kinds >= perMinute.ofKind || callers >= perMinute.ofCaller) return true;
    recorded.set(ofKind, kinds + 1).set(ofCaller, callers + 1);
    return false;
  }

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
    const { refusal } = request.facts;
    if (!refusal || !(told.includes(refusal) || isWrongToken(request))) return;
    try {
      if (await isOfFormerToken(request)) return;
      for (const [tenantId, actor] of await callersOf(request)) {
        if (isTooMany(tenantId, actor)) continue;
        const { url = null } = request.routeOptions;
        const { procedures = null } = request.facts;
        const details = { code: refusal, route: url, procedures: procedures?.slice(0, 200) ?? null };
        const record: AuditRecord = { action: "request.refused", actor, ip: request.ip, details };
        await db.transaction(tenantId, (tx) => recordAudit(tx, record));
      }
    } catch (error) {
      // The refusal stands, whether or not it could be recorded.
      request.log.error({ err: error, ...request.facts }, "a refusal could not be recorded");
    }
  });
}
