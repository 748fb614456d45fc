import type { ApiKeyScope, TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { apiKeys } from "@parley/db/schema";
import { and, count, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import type { CreateApiKey } from "./api-key.ts";
import { hashApiKey, hintOf, makeApiKey } from "./key-format.ts";

const keysOfTenant = 100;

/** Whoever makes a key, and in which tenant: the key names it. */
export type Maker = Actor & { tenantId: TenantId };

/**
 * Makes a key. What is returned is shown once: it is stored nowhere.
 *
 * @throws AppError `auth.forbidden`; `api_key.id_taken`, also at a second try, which can't be shown the key again; `api_key.too_many`
 */
export async function createApiKey(tx: TenantTransaction, by: Maker, input: CreateApiKey): Promise<{ key: string }> {
  await checkStillMay(tx, by, "api_keys.manage");
  const key = await insertApiKey(tx, by, input);
  await recordAudit(tx, {
    action: "api_key.created",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "api_key", id: input.id },
    ip: by.ip,
    details: { scopes: input.scopes.join(" "), lifetimeDays: input.lifetimeDays },
  });
  return { key };
}

/** @returns the key @throws AppError `api_key.id_taken`, `api_key.too_many` */
export async function insertApiKey(
  tx: TenantTransaction,
  by: Maker,
  { id, name, scopes, lifetimeDays }: Omit<CreateApiKey, "scopes"> & { scopes: ApiKeyScope[] },
): Promise<string> {
  const [good] = await tx
    .select({ keys: count() })
    .from(apiKeys)
    .where(and(isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`)));
  if (good && good.keys >= keysOfTenant) throw new AppError("api_key.too_many");
  const key = makeApiKey(by.tenantId);
  const [row] = await tx
    .insert(apiKeys)
    .values({
      id,
      name,
      scopes,
      keySha256: hashApiKey(key),
      hint: hintOf(key),
      createdBy: by.memberId,
      expiresAt: sql`now() + make_interval(days => ${lifetimeDays})`,
    })
    .onConflictDoNothing({ target: [apiKeys.tenantId, apiKeys.id] })
    .returning({ id: apiKeys.id });
  if (!row) throw new AppError("api_key.id_taken");
  return key;
}
