import { type ApiKeyScope, type ErrorCode, rateLimits } from "@parley/contracts";
import { findApiKey, hashApiKey, tenantOfApiKey } from "@parley/core/api-keys/key-format";
import { type KeyCaller, openWithApiKey } from "@parley/core/api-keys/open-with-api-key";
import { AppError } from "@parley/core/app-error";
import type { Database } from "@parley/db";
import { countedAddress } from "@parley/platform/rate-limits/limit-key";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { spend } from "../rate-limit.ts";

/**
 * Finds whose API key came along, and counts the request against the key's and the tenant's limits. A refusal of a key that was once
 * good is told by the tenant's audit log, since it is known whose it was.
 */
export function createAuthentication(app: FastifyInstance, db: Database) {
  async function refuse(request: FastifyRequest, reply: FastifyReply, code: ErrorCode): Promise<never> {
    if (code === "auth.required") {
      reply.header("www-authenticate", "Bearer");
      await spend(app, reply, rateLimits.refusedKeys, countedAddress(request.ip));
    }
    throw new AppError(code);
  }

  return async (request: FastifyRequest, reply: FastifyReply, scope: ApiKeyScope): Promise<KeyCaller> => {
    const inAddress = findApiKey(unescaped(request.url));
    const [, sent = ""] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    const key = inAddress ?? sent;
    if (inAddress) await spend(app, reply, rateLimits.refusedKeys, countedAddress(request.ip));
    const named = tenantOfApiKey(key);
    // Before the key is looked up: whoever has spent their share is told so without asking anybody, and holds nobody else up.
    if (named) {
      const of = [hashApiKey(key).toString("base64url")];
      await spend(app, reply, rateLimits.keyRequests, { tenantId: named, of });
    }
    const caller = await openWithApiKey(db, key, { isUse: !inAddress });
    if (caller) Object.assign(request.facts, { tenantId: caller.tenantId, apiKeyId: caller.apiKeyId });
    if (inAddress) throw new AppError("api_key.in_address");
    if (!caller?.isGood) return refuse(request, reply, "auth.required");
    const { tenantId, scopes, plan } = caller;
    await spend(app, reply, rateLimits.tenantRequests, { tenantId, of: [] }, { plan });
    if (!scopes.includes(scope)) return refuse(request, reply, "auth.forbidden");
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
