import { type ApiKeyId, apiKeyScopes, type MemberId } from "@parley/contracts";
import { customType, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

export const apiKeys = pgTable("api_keys", {
  tenantId: tenantId(),
  id: uuid().$type<ApiKeyId>().notNull(),
  name: text().notNull(),
  keySha256: bytea().notNull(),
  hint: text().notNull(),
  scopes: text({ enum: apiKeyScopes }).array().notNull(),
  createdBy: uuid().$type<MemberId>(),
  createdAt: time().notNull().defaultNow(),
  expiresAt: time().notNull(),
  lastUsedAt: time(),
  revokedAt: time(),
  replacedBy: uuid().$type<ApiKeyId>(),
});
