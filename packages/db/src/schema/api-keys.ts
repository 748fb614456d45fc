import { type ApiKeyId, apiKeyScopes, type MemberId } from "@parley/contracts";
import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytes, tenantId, time } from "./columns.ts";

export const apiKeys = pgTable("api_keys", {
  tenantId: tenantId(),
  id: uuid().$type<ApiKeyId>().notNull(),
  name: text().notNull(),
  keySha256: bytes().notNull(),
  hint: text().notNull(),
  scopes: text({ enum: apiKeyScopes }).array().notNull(),
  createdBy: uuid().$type<MemberId>(),
  createdAt: time().notNull().defaultNow(),
  expiresAt: time().notNull(),
  lastUsedAt: time(),
  revokedAt: time(),
  replacedBy: uuid().$type<ApiKeyId>(),
});
