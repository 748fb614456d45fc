import type { AnswerQuality, MemberId, ModelId, ModelProviderId, ModelProviderKind } from "@parley/contracts";
import { boolean, date, doublePrecision, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

export const modelProviders = pgTable("model_providers", {
  tenantId: tenantId(),
  id: uuid().$type<ModelProviderId>().notNull(),
  kind: text().$type<ModelProviderKind>().notNull(),
  name: text().notNull(),
  baseUrl: text(),
  sealedKey: text(),
  keyHint: text(),
  keyVersion: integer().notNull().default(1),
  createdAt: time().notNull().defaultNow(),
});

export const models = pgTable("models", {
  tenantId: tenantId(),
  id: uuid().$type<ModelId>().notNull(),
  providerId: uuid().$type<ModelProviderId>().notNull(),
  name: text().notNull(),
  level: integer().notNull(),
  position: integer().notNull(),
  enabled: boolean().notNull().default(true),
  createdAt: time().notNull().defaultNow(),
});

export const modelPrices = pgTable("model_prices", {
  tenantId: tenantId(),
  modelId: uuid().$type<ModelId>().notNull(),
  validFrom: date().notNull(),
  input: doublePrecision().notNull(),
  cached: doublePrecision(),
  output: doublePrecision().notNull(),
  audio: doublePrecision(),
  image: doublePrecision(),
});

export const answerQuality = pgTable("answer_quality", {
  tenantId: tenantId(),
  quality: text().$type<AnswerQuality>().notNull(),
});

type ModelInUse = Omit<typeof models.$inferSelect, "tenantId" | "createdAt"> & {
  createdAt: string;
  prices: Omit<typeof modelPrices.$inferSelect, "tenantId" | "modelId">[];
};

/** What answers are written by while a change of the models is held: the other tables say then what is to be. */
export const modelsInUse = pgTable("models_in_use", {
  tenantId: tenantId(),
  revision: integer().notNull().default(1),
  quality: text().$type<AnswerQuality>(),
  models: jsonb().$type<ModelInUse[]>().notNull(),
  changedBy: uuid().$type<MemberId>(),
  changedAt: time().notNull().defaultNow(),
});
