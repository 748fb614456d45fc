import { isDeepStrictEqual } from "node:util";
import type { TenantTransaction } from "@parley/db";
import { answerQuality, members, modelPrices, modelProviders, models, modelsInUse } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { areChangesChecked } from "../knowledge/held-changes.ts";
import { announce } from "../outbox/announce.ts";
import type { Actor } from "../tenants/acting-member.ts";

/**
 * Before a change of the models: where changes are checked, answers go on being written by what they were until it is published. Keys,
 * addresses and prices are no part of it.
 */
export async function keepModelsInUse(tx: TenantTransaction, { memberId }: Actor): Promise<void> {
  if (!(await areChangesChecked(tx))) return;
  const change = { changedBy: memberId, changedAt: sql`now()` };
  const again = { ...change, revision: sql`${modelsInUse.revision} + 1` };
  const kept = await tx.update(modelsInUse).set(again).returning({ revision: modelsInUse.revision });
  if (kept.length > 0) return;
  const [chosen] = await tx.select().from(answerQuality);
  const rows = await tx.select().from(models);
  const prices = await tx.select().from(modelPrices);
  await tx.insert(modelsInUse).values({
    ...change,
    quality: chosen?.quality ?? null,
    models: rows.map(({ tenantId: _, createdAt, ...model }) => ({
      ...{ ...model, createdAt: createdAt.toISOString() },
      prices: prices.flatMap(({ tenantId: _of, modelId, ...price }) => (modelId === model.id ? [price] : [])),
    })),
  });
}

/** After a change of the models: nothing is held when they are again what is in use, or were left as they are. */
export async function forgetUnchangedModels(tx: TenantTransaction): Promise<void> {
  const [inUse] = await tx.select().from(modelsInUse);
  if (!inUse) return;
  const providers = new Set((await tx.select({ id: modelProviders.id }).from(modelProviders)).map(({ id }) => id));
  const [chosen] = await tx.select().from(answerQuality);
  const wanted = inOrder(await tx.select().from(models));
  // A key that was taken away is used no more in any case.
  const used = inOrder(
    inUse.models
      .filter(({ providerId }) => providers.has(providerId))
      .map((model) => ({ ...model, createdAt: new Date(model.createdAt) })),
  );
  const isSame = isDeepStrictEqual([chosen?.quality ?? null, wanted], [inUse.quality, used]);
  if (isSame) await tx.delete(modelsInUse);
}

/** What makes answers out of them, in the order in which they are asked. */
const inOrder = (list: Omit<typeof models.$inferSelect, "tenantId">[]) =>
  list
    .toSorted(
      (one, other) =>
        one.level - other.level ||
        one.position - other.position ||
        one.createdAt.getTime() - other.createdAt.getTime() ||
        (one.id < other.id ? -1 : 1),
    )
    .map(({ id, providerId, name, enabled, level }) => ({ id, providerId, name, enabled, level }));

/** Who wants answers to be written by something else, and since when; null: nobody. */
export async function describeHeldModels(tx: TenantTransaction) {
  const [held] = await tx
    .select({ changedBy: members.name, changedAt: modelsInUse.changedAt })
    .from(modelsInUse)
    .leftJoin(members, eq(members.id, modelsInUse.changedBy));
  return held ? { changedBy: held.changedBy, changedAt: held.changedAt.toISOString() } : null;
}

/** @returns whether a change of the models was held, which is in use from the commit on */
export async function publishHeldModels(tx: TenantTransaction): Promise<boolean> {
  const gone = await tx.delete(modelsInUse).returning({ revision: modelsInUse.revision });
  if (gone.length > 0) await announce(tx, { type: "assistant.changed" });
  return gone.length > 0;
}

/** Makes of the models again what is in use, but for those whose provider was removed. @returns whether a change was held */
export async function discardHeldModels(tx: TenantTransaction): Promise<boolean> {
  const [inUse] = await tx.delete(modelsInUse).returning();
  if (!inUse) return false;
  const providers = new Set((await tx.select({ id: modelProviders.id }).from(modelProviders)).map(({ id }) => id));
  const pricesNow = Map.groupBy(await tx.select().from(modelPrices), ({ modelId }) => modelId);
  const removed = new Set((await tx.delete(models).returning({ id: models.id })).map(({ id }) => id));
  const back = inUse.models.filter(({ providerId }) => providers.has(providerId));
  const rows = back.map(({ prices: _, createdAt, ...model }) => ({ ...model, createdAt: new Date(createdAt) }));
  if (rows.length > 0) await tx.insert(models).values(rows);
  const prices = back.flatMap(({ id: modelId, prices: then }) =>
    // What was paid for one that stayed may have been changed meanwhile, at once.
    (removed.has(modelId) ? (pricesNow.get(modelId) ?? []) : then).map((price) => ({ ...price, modelId })),
  );
  if (prices.length > 0) await tx.insert(modelPrices).values(prices);
  await tx.delete(answerQuality);
  if (inUse.quality) await tx.insert(answerQuality).values({ quality: inUse.quality });
  await announce(tx, { type: "assistant.changed" });
  return true;
}
