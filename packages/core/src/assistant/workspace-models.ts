import type { AnswerQuality, ModelProviderId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { answerQuality, modelPrices, modelProviders, models, modelsInUse, tenants } from "@parley/db/schema";
import { type Circuit, createCircuit } from "@parley/platform/http/circuit";
import { and, asc, desc, eq, isNull, lte, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import type { KnowledgeScope } from "../knowledge/held-changes.ts";
import type { Answerer } from "./answerer.ts";
import { createHttpTools, type HttpTools } from "./http-tools.ts";
import { type Connection, providerAddresses } from "./models/connection.ts";
import type { TestProvider } from "./models/inputs.ts";
import { findListPrice } from "./models/list-prices.ts";
import { createModel, type Model } from "./models/model.ts";
import type { Prices } from "./models/pricing.ts";
import { createProviderKeys, type ProviderKeys } from "./models/provider-key.ts";
import type { Models } from "./routing/route.ts";

/** Tenants' models, and how they are reached. */
export type WorkspaceModels = {
  keys: ProviderKeys;
  /** What the tenants' own servers can be asked for while they write. */
  httpTools: HttpTools;
  /** The one of tenants that have none of their own; undefined: the built-in answerer writes for them. */
  installation: Model | undefined;
  /** Of tenants that chose nothing else. */
  quality: AnswerQuality;
  /** What the tenant's answers are written by, or would be once what is held were published. */
  of(tenantId: TenantId, scope?: KnowledgeScope): Promise<Models>;
  /** Of these, what may be asked though nobody knows what it costs. */
  unpriced(tenantId: TenantId): Promise<{ provider: string; model: string }[]>;
  /** Asks a provider's model for a word, with the key that is stored. @throws AppError `model_provider.not_found`, the signal's reason */
  test(tenantId: TenantId, input: TestProvider, signal: AbortSignal): Promise<Tested>;
};

export type Tested = { works: true; durationMs: number } | { works: false; reason: string };

type ProviderRow = typeof modelProviders.$inferSelect;

const mostCircuits = 1_000;
const unreadable = "its key can't be read any more, since the installation's secret has changed: give it again";

/**
 * @param options.secret the installation's, by which keys are encrypted
 * @param options.fetch the guarded way out: a tenant gives addresses
 * @param options.addresses of the providers that have their own
 */
export function createWorkspaceModels(options: {
  db: Database;
  secret: string;
  fetch: NonNullable<Connection["fetch"]>;
  installation: Model | undefined;
  quality?: AnswerQuality;
  addresses?: Partial<typeof providerAddresses>;
}): WorkspaceModels {
  const { db, fetch, installation, quality: usual = "balanced" } = options;
  const keys = createProviderKeys(options.secret);
  const addresses = { ...providerAddresses, ...options.addresses };
  /** By tenant, provider and key: what another's key suffers says nothing of this one. */
  const circuits = new Map<string, Circuit>();

  function circuitOf({ tenantId, id, keyVersion }: ProviderRow): Circuit {
    const name = `${tenantId} ${id} ${keyVersion}`;
    const circuit = circuits.get(name) ?? createCircuit();
    // The one that was asked for last goes last.
    circuits.delete(name);
    circuits.set(name, circuit);
    const [oldest] = circuits.keys();
    if (circuits.size > mostCircuits && oldest !== undefined) circuits.delete(oldest);
    return circuit;
  }

  /** Undefined when its key can't be read. */
  function connect(row: ProviderRow): Connection | undefined {
    const { kind, sealedKey } = row;
    const baseUrl = row.baseUrl ?? (kind === "openai-compatible" ? undefined : addresses[kind]);
    if (baseUrl === undefined) throw new Error("a provider has no address");
    try {
      return { kind, baseUrl, fetch, ...(sealedKey !== null && { apiKey: keys.open(sealedKey, row) }) };
    } catch {
      return undefined;
    }
  }

  function toAnswerer(row: ProviderRow, model: string, prices: Prices | undefined): Answerer | Model {
    const connection = connect(row);
    if (!connection) return unusable(row.name, model);
    return createModel({ ...connection, provider: row.name, model, prices, circuit: circuitOf(row) });
  }

  async function modelsOf(tenantId: TenantId, scope: KnowledgeScope = "live") {
    const { quality: chosen, inUse, saved } = await findSaved(db, tenantId, scope);
    const quality = (inUse ? inUse.quality : chosen) ?? usual;
    const rows = inUse ? await findInUse(db, tenantId, inUse) : saved;
    if (rows.length === 0) return { quality, tiers: installation ? [{ level: 1, models: [installation] }] : [] };
    const today = new Date().toISOString().slice(0, 10);
    const own = await findOwnPrices(db, tenantId);
    const prices = inUse ? new Map([...(await findRemovedPrices(db, tenantId, inUse, today)), ...own]) : own;
    const usable = rows.flatMap(({ model: { id, level, name, enabled }, provider }) =>
      enabled
        ? [{ level, model: toAnswerer(provider, name, prices.get(id) ?? findListPrice(provider.kind, name, today)) }]
        : [],
    );
    const byLevel = Map.groupBy(usable, ({ level }) => level);
    return {
      quality,
      tiers: [...byLevel].map(([level, list]) => ({ level, models: list.map(({ model }) => model) })),
    };
  }

  return {
    keys,
    httpTools: createHttpTools({ db, secret: options.secret, fetch }),
    installation,
    quality: usual,
    of: modelsOf,
    async unpriced(tenantId) {
      const { tiers } = await modelsOf(tenantId);
      return tiers
        .flatMap((tier) => tier.models)
        .flatMap((answerer) => ("isPriced" in answerer && !answerer.isPriced ? [answerer] : []))
        .map(({ provider, model }) => ({ provider, model }));
    },
    async test(tenantId, { id, model }, signal) {
      const connection = connect(await getProvider(db, tenantId, id));
      if (!connection) return { works: false, reason: unreadable };
      const { tryModel } = await import("./models/try-model.ts");
      return tryModel(connection, model, signal);
    },
  };
}

async function getProvider(db: Database, tenantId: TenantId, id: ModelProviderId): Promise<ProviderRow> {
  const [row] = await db.read(tenantId, (read) => read.select().from(modelProviders).where(eq(modelProviders.id, id)));
  if (!row) throw new AppError("model_provider.not_found");
  return row;
}

type InUse = typeof modelsInUse.$inferSelect;

/**
 * What is set aside for answers, if anything is and it counts; else the models as they were saved. In one statement: of models that come to
 * be held meanwhile, all is seen or nothing.
 */
async function findSaved(db: Database, tenantId: TenantId, scope: KnowledgeScope) {
  const isSetAside = scope === "live" ? eq(modelsInUse.tenantId, tenants.tenantId) : sql`false`;
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ quality: answerQuality.quality, inUse: modelsInUse, model: models, provider: modelProviders })
      .from(tenants)
      .leftJoin(answerQuality, eq(answerQuality.tenantId, tenants.tenantId))
      .leftJoin(modelsInUse, isSetAside)
      .leftJoin(models, and(eq(models.tenantId, tenants.tenantId), isNull(modelsInUse.tenantId)))
      .leftJoin(
        modelProviders,
        and(eq(modelProviders.tenantId, models.tenantId), eq(modelProviders.id, models.providerId)),
      )
      .orderBy(asc(models.level), asc(models.position), asc(models.createdAt), asc(models.id)),
  );
  return {
    quality: rows[0]?.quality ?? null,
    inUse: rows[0]?.inUse ?? undefined,
    saved: rows.flatMap(({ model, provider }) => (model && provider ? [{ model, provider }] : [])),
  };
}

/** As the tables have them where nothing is held; a model whose provider was removed is gone with its key. */
async function findInUse(db: Database, tenantId: TenantId, inUse: InUse) {
  const providers = await db.read(tenantId, (read) => read.select().from(modelProviders));
  const sorted = inUse.models.toSorted(
    (a, b) => a.level - b.level || a.position - b.position || a.createdAt.localeCompare(b.createdAt),
  );
  return sorted.flatMap((model) => {
    const provider = providers.find(({ id }) => id === model.providerId);
    return provider ? [{ model, provider }] : [];
  });
}

/** Prices of models that are removed from the tables already. What others cost is as it was saved last, at once. */
async function findRemovedPrices(
  db: Database,
  tenantId: TenantId,
  inUse: InUse,
  today: string,
): Promise<Map<string, Prices>> {
  const saved = new Set(
    (await db.read(tenantId, (read) => read.select({ id: models.id }).from(models))).map(({ id }) => id),
  );
  return new Map(
    inUse.models.flatMap(({ id, prices }) => {
      const [price] = prices
        .filter(({ validFrom }) => !saved.has(id) && validFrom <= today)
        .sort((a, b) => b.validFrom.localeCompare(a.validFrom));
      return price ? [[id, { input: price.input, cached: price.cached ?? undefined, output: price.output }]] : [];
    }),
  );
}

/** The tenant's own price of each model that has one today. */
async function findOwnPrices(db: Database, tenantId: TenantId): Promise<Map<string, Prices>> {
  const { modelId, validFrom } = modelPrices;
  const rows = await db.read(tenantId, (read) =>
    read
      .selectDistinctOn([modelId])
      .from(modelPrices)
      .where(lte(validFrom, sql`current_date`))
      .orderBy(modelId, desc(validFrom)),
  );
  return new Map(
    rows.map(({ input, cached, output, ...row }) => [row.modelId, { input, cached: cached ?? undefined, output }]),
  );
}

/** A model that can't be asked: the next one is, and the receipt says why. */
function unusable(provider: string, model: string): Answerer {
  return {
    ...{ answerer: "language-model", provider, model, readsHistory: true },
    // biome-ignore lint/correctness/useYield: it has no words
    async *write(_question, { onTried }) {
      onTried({ id: null, how: "cut_off", reason: unreadable });
      return { how: "cut_off", reason: unreadable };
    },
  };
}
