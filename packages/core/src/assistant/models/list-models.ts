import type { AnswerQuality, ModelId, ModelProviderId, ModelProviderKind, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { answerQuality, modelPrices, modelProviders, models, modelsInUse } from "@parley/db/schema";
import { asc, desc } from "drizzle-orm";
import type { WorkspaceModels } from "../workspace-models.ts";
import { findListPrice, listPrices } from "./list-prices.ts";

/** In US dollars per million tokens. */
type Price = {
  input: number;
  cached: number | null;
  output: number;
  audio: number | null;
  image: number | null;
};

export type ModelSettings = {
  quality: AnswerQuality;
  /** It is what is to be, once it is published. */
  isHeld: boolean;
  /** What writes as long as the workspace has no model of its own; null: the built-in answerer. */
  installation: { provider: string; model: string; isPriced: boolean } | null;
  /** Without their keys. */
  providers: {
    id: ModelProviderId;
    kind: ModelProviderKind;
    name: string;
    baseUrl: string | null;
    /** The key's last four characters; null when there is none. */
    keyHint: string | null;
  }[];
  /** By level and order. */
  models: {
    id: ModelId;
    providerId: ModelProviderId;
    name: string;
    level: number;
    enabled: boolean;
    /** The one that holds today; null: what it costs is not known. `source`: where it stands; null: the workspace gave it. */
    price: (Price & { from: string; source: string | null; note: string | null }) | null;
    /** The workspace's own, the newest first. */
    ownPrices: (Price & { validFrom: string })[];
  }[];
  /** Models that the price table knows. */
  known: { kind: ModelProviderKind; name: string }[];
};

/** Everything about a tenant's models that its people may see. */
export async function listModels(
  db: Database,
  tenantId: TenantId,
  { installation, quality }: Pick<WorkspaceModels, "installation" | "quality">,
): Promise<ModelSettings> {
  const [setting] = await db.read(tenantId, (read) => read.select().from(answerQuality));
  const held = await db.read(tenantId, (read) => read.select({ revision: modelsInUse.revision }).from(modelsInUse));
  const { id, kind, name, baseUrl, keyHint, createdAt } = modelProviders;
  const providers = await db.read(tenantId, (read) =>
    read.select({ id, kind, name, baseUrl, keyHint }).from(modelProviders).orderBy(asc(createdAt), asc(id)),
  );
  const rows = await db.read(tenantId, (read) =>
    read.select().from(models).orderBy(asc(models.level), asc(models.position), asc(models.createdAt), asc(models.id)),
  );
  const prices = await db.read(tenantId, (read) =>
    read.select().from(modelPrices).orderBy(asc(modelPrices.modelId), desc(modelPrices.validFrom)),
  );
  const today = new Date().toISOString().slice(0, 10);
  const kinds = new Map(providers.map((provider) => [provider.id, provider.kind]));

  return {
    quality: setting?.quality ?? quality,
    isHeld: held.length > 0,
    installation: installation
      ? {
          provider: installation.provider,
          model: installation.model,
          isPriced: installation.isPriced,
        }
      : null,
    providers,
    models: rows.map(({ tenantId: _of, position: _order, createdAt: _at, ...model }) => {
      const own = prices.filter(({ modelId }) => modelId === model.id);
      const ownPrices = own.map(({ modelId: _model, tenantId: _tenant, ...price }) => price);
      const kindOf = kinds.get(model.providerId) ?? "openai-compatible";
      return { ...model, ownPrices, price: priceOf(ownPrices, kindOf, model.name, today) };
    }),
    known: [...new Map(listPrices().map((price) => [`${price.kind} ${price.model}`, price])).values()].map((price) => ({
      kind: price.kind,
      name: price.model,
    })),
  };
}

function priceOf(
  own: ModelSettings["models"][number]["ownPrices"],
  kind: ModelProviderKind,
  name: string,
  today: string,
): ModelSettings["models"][number]["price"] {
  const mine = own.find(({ validFrom }) => validFrom <= today);
  if (mine) {
    const { validFrom: from, ...price } = mine;
    return { ...price, from, source: null, note: null };
  }
  const listed = findListPrice(kind, name, today);
  if (!listed) return null;
  const { input, cached = null, output, audio = null, image = null, from, source, note = null } = listed;
  return { input, cached, output, audio, image, from, source, note };
}
