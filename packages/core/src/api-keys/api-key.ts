import { ApiKeyId, apiKeyScopes, words } from "@parley/contracts";
import type { apiKeys } from "@parley/db/schema";
import * as z from "zod";

/** How long a new key is good for. */
const lifetimeDays = z.int().min(1).max(366).default(90);

export const CreateApiKey = z.strictObject({
  id: ApiKeyId,
  name: words(100).trim().min(1),
  scopes: z
    .array(z.enum(apiKeyScopes))
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
  lifetimeDays,
});
export type CreateApiKey = z.output<typeof CreateApiKey>;

export const RotateApiKey = z.strictObject({
  id: ApiKeyId,
  /** The key that takes its place. */
  newId: ApiKeyId,
  /** For how long both are good. */
  overlapHours: z
    .int()
    .min(0)
    .max(30 * 24)
    .default(24),
  lifetimeDays,
});
export type RotateApiKey = z.output<typeof RotateApiKey>;

/** A key as members see it: never the key itself. */
export type ApiKey = ReturnType<typeof toApiKey>;

export function toApiKey(
  row: Omit<typeof apiKeys.$inferSelect, "tenantId" | "keySha256">,
  createdByName: string | null,
) {
  const { id, name, hint, scopes, replacedBy } = row;
  return {
    id,
    name,
    /** Its last four characters. */
    hint,
    scopes,
    createdByName,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    /** To the minute. */
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    replacedBy,
  };
}
