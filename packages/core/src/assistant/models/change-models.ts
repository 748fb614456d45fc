import type { AnswerQuality, ModelId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { answerQuality, modelPrices, modelProviders, models } from "@parley/db/schema";
import { and, asc, count, eq, ne, sql } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { forgetUnchangedModels, keepModelsInUse } from "../held-models.ts";
import type { MoveModel, RemovePrice, SaveModel, SetPrice } from "./inputs.ts";

const modelsOfTenant = 50;
const pricesOfModel = 50;

/**
 * Adds a model, or changes it. In its level it comes last, unless it was there already.
 *
 * @throws AppError `auth.forbidden`; `model_provider.not_found`; `model.known` when the provider's model of that name is there under
 *   another id; `model.too_many`
 */
export async function saveModel(tx: TenantTransaction, by: Actor, input: SaveModel): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  await keepModelsInUse(tx, by);
  const { id, providerId, name, level, enabled } = input;
  const [provider] = await tx
    .select({ id: modelProviders.id })
    .from(modelProviders)
    .where(eq(modelProviders.id, providerId));
  if (!provider) throw new AppError("model_provider.not_found");
  const ofName = and(eq(models.providerId, providerId), eq(models.name, name));
  const [twin] = await tx.select({ id: models.id }).from(models).where(ofName);
  if (twin && twin.id !== id) throw new AppError("model.known");

  const [known] = await tx.select().from(models).where(eq(models.id, id));
  const last = sql`(select coalesce(max(position), 0) + 1 from models where level = ${level})`;
  if (known) {
    const position = known.level === level ? known.position : last;
    await tx.update(models).set({ providerId, name, level, enabled, position }).where(eq(models.id, id));
  } else {
    const [has] = await tx.select({ models: count() }).from(models);
    if (has && has.models >= modelsOfTenant) throw new AppError("model.too_many");
    await tx.insert(models).values({ id, providerId, name, level, enabled, position: last });
  }
  await forgetUnchangedModels(tx);
  await record(tx, by, id, { what: known ? "changed" : "added", level, enabled });
}

/** @throws AppError `auth.forbidden`, `model.not_found` */
export async function removeModel(tx: TenantTransaction, by: Actor, id: ModelId): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  await keepModelsInUse(tx, by);
  const removed = await tx.delete(models).where(eq(models.id, id)).returning({ id: models.id });
  if (removed.length === 0) throw new AppError("model.not_found");
  await forgetUnchangedModels(tx);
  await record(tx, by, id, { what: "removed" });
}

/** Lets the model change places with its neighbour in the same level, if it has one. @throws AppError `auth.forbidden`, `model.not_found` */
export async function moveModel(tx: TenantTransaction, by: Actor, { id, direction }: MoveModel): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  const [model] = await tx.select().from(models).where(eq(models.id, id));
  if (!model) throw new AppError("model.not_found");
  const level = await tx
    .select({ id: models.id })
    .from(models)
    .where(eq(models.level, model.level))
    .orderBy(asc(models.position), asc(models.createdAt), asc(models.id));
  const order = level.map((other) => other.id);
  const from = order.indexOf(id);
  const to = from + (direction === "up" ? -1 : 1);
  const other = order[to];
  if (!other) return;
  await keepModelsInUse(tx, by);
  [order[from], order[to]] = [other, id];
  for (const [index, of] of order.entries()) {
    await tx
      .update(models)
      .set({ position: index + 1 })
      .where(eq(models.id, of));
  }
  await forgetUnchangedModels(tx);
  await record(tx, by, id, { what: "moved", direction });
}

/** Gives the model a price of the tenant's own from a day on, in place of one from the same day. @throws AppError `auth.forbidden`, `model.not_found`, `model.too_many_prices` */
export async function setPrice(
  tx: TenantTransaction,
  by: Actor,
  { modelId, validFrom, input, output, cached = null, audio = null, image = null }: SetPrice,
): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  const [model] = await tx.select({ id: models.id }).from(models).where(eq(models.id, modelId));
  if (!model) throw new AppError("model.not_found");
  const others = and(eq(modelPrices.modelId, modelId), ne(modelPrices.validFrom, validFrom));
  const [has] = await tx.select({ prices: count() }).from(modelPrices).where(others);
  if (has && has.prices >= pricesOfModel) throw new AppError("model.too_many_prices");
  const price = { input, cached, output, audio, image };
  await tx
    .insert(modelPrices)
    .values({ modelId, validFrom, ...price })
    .onConflictDoUpdate({ target: [modelPrices.tenantId, modelPrices.modelId, modelPrices.validFrom], set: price });
  await record(tx, by, modelId, { what: "price_set", validFrom, input, output });
}

/** @throws AppError `auth.forbidden`, `model.not_found` */
export async function removePrice(
  tx: TenantTransaction,
  by: Actor,
  { modelId, validFrom }: RemovePrice,
): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  const [model] = await tx.select({ id: models.id }).from(models).where(eq(models.id, modelId));
  if (!model) throw new AppError("model.not_found");
  await tx.delete(modelPrices).where(and(eq(modelPrices.modelId, modelId), eq(modelPrices.validFrom, validFrom)));
  await record(tx, by, modelId, { what: "price_removed", validFrom });
}

/** How sure a cheaper answer has to be, from the next answer on. @throws AppError `auth.forbidden` */
export async function setQuality(tx: TenantTransaction, by: Actor, quality: AnswerQuality): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  await keepModelsInUse(tx, by);
  await tx
    .insert(answerQuality)
    .values({ quality })
    .onConflictDoUpdate({ target: answerQuality.tenantId, set: { quality } });
  await forgetUnchangedModels(tx);
  await record(tx, by, undefined, { what: "quality", quality });
}

type Details = Record<string, string | number | boolean>;

/** What answers are written by is something else from now on, or once that is published: whoever depends on it hears of it. */
async function record(
  tx: TenantTransaction,
  { memberId, ip }: Actor,
  id: ModelId | undefined,
  details: Details,
): Promise<void> {
  await announce(tx, { type: "assistant.changed" });
  await recordAudit(tx, {
    action: "models.changed",
    actor: { kind: "member", id: memberId },
    ...(id && { target: { kind: "model", id } }),
    ip,
    details,
  });
}
