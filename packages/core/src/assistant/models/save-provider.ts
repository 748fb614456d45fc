import type { TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { modelProviders } from "@parley/db/schema";
import { count, eq, sql } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import type { SaveProvider } from "./inputs.ts";
import type { ProviderKeys } from "./provider-key.ts";

const providersOfTenant = 20;

/**
 * Adds a provider, or changes its name, its address or its key, or takes the key away. A key never goes to another address than the one that it was given for.
 *
 * @throws AppError `auth.forbidden`; `model_provider.key_needed` when a key is missing, also for a new address; `model_provider.id_taken`
 *   when that id names one of another kind; `model_provider.too_many`
 */
export async function saveProvider(
  tx: TenantTransaction,
  by: Actor & { tenantId: TenantId },
  keys: ProviderKeys,
  { id, kind, name, apiKey, ...input }: SaveProvider,
): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  const baseUrl = input.baseUrl ?? null;
  const [known] = await tx.select().from(modelProviders).where(eq(modelProviders.id, id)).for("update");
  if (known && known.kind !== kind) throw new AppError("model_provider.id_taken");
  const isNewPlace = known ? known.baseUrl !== baseUrl : true;
  const mustHaveKey = kind !== "openai-compatible" || (apiKey !== null && (known?.sealedKey ?? null) !== null);
  if (!apiKey && (isNewPlace || apiKey === null) && mustHaveKey) throw new AppError("model_provider.key_needed");

  const sealed =
    apiKey === null
      ? { sealedKey: null, keyHint: null }
      : apiKey && {
          sealedKey: keys.seal(apiKey, { tenantId: by.tenantId, id, kind, baseUrl }),
          keyHint: apiKey.slice(-4),
        };
  if (known) {
    const keyVersion = sealed || isNewPlace ? sql`${modelProviders.keyVersion} + 1` : sql`${modelProviders.keyVersion}`;
    await tx
      .update(modelProviders)
      .set({ name, baseUrl, keyVersion, ...sealed })
      .where(eq(modelProviders.id, id));
  } else {
    const [has] = await tx.select({ providers: count() }).from(modelProviders);
    if (has && has.providers >= providersOfTenant) throw new AppError("model_provider.too_many");
    await tx.insert(modelProviders).values({ id, kind, name, baseUrl, ...sealed });
  }
  await announce(tx, { type: "assistant.changed" });
  await recordAudit(tx, {
    action: known ? "model_provider.changed" : "model_provider.added",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "model_provider", id },
    ip: by.ip,
    details: { kind, newKey: typeof apiKey === "string", keyRemoved: apiKey === null, newAddress: isNewPlace },
  });
}
