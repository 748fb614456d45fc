import { type ApiKeyScope, type ErrorCode, rateLimits } from "@parley/contracts";
import { holdsApiKey } from "@parley/core/api-keys/key-format";
import { type KeyCaller, openWithApiKey } from "@parley/core/api-keys/open-with-api-key";
import { AppError } from "@parley/core/app-error";
import { recordAudit } from "@parley/core/audit/record-audit";
import type { Database } from "@parley/db";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { spend } from "../rate-limit.ts";

/**
 * Finds whose API key came along, and counts the request against the key's and the tenant's limits. A refusal of a key that was once
 * good is in the tenant's audit log.
 */
export function createAuthentication(app: FastifyInstance, db: Database) {
  async function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    caller: KeyCaller | undefined,
    code: ErrorCode,
  ): Promise<never> {
    if (code === "auth.required") {
      reply.header("www-authenticate", "Bearer");
      await spend(app, reply, rateLimits.refusedKeys, countedAddress(request.ip));
    }
    if (caller) {
      await db.transaction(caller.tenantId, (tx) =>
        recordAudit(tx, {
          action: "request.refused",
          actor: { kind: "api_key", id: caller.apiKeyId },
          ip: request.ip,
          details: { code, route: request.routeOptions.url ?? null },
        }),
      );
    }
    throw new AppError(code);
  }

  return async (request: FastifyRequest, reply: FastifyReply, scope: ApiKeyScope): Promise<KeyCaller> => {
    if (holdsApiKey(unescaped(request.url))) throw new AppError("api_key.in_address");
    const [, key = ""] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    const caller = await openWithApiKey(db, key);
    if (!caller?.isGood) return refuse(request, reply, caller, "auth.required");
    const { tenantId, apiKeyId, scopes, plan } = caller;
    request.facts.tenantId = tenantId;
    request.facts.apiKeyId = apiKeyId;
    await spend(app, reply, rateLimits.keyRequests, { tenantId, of: [apiKeyId] });
    await spend(app, reply, rateLimits.tenantRequests, { tenantId, of: [] }, { plan });
    if (!scopes.includes(scope)) return refuse(request, reply, caller, "auth.forbidden");
    return caller;
  };
}

function unescaped(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
