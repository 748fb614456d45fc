import type { ErrorCode, TenantId } from "@parley/contracts";
import type { Database, TenantTransaction } from "@parley/db";
import { tenantEmbedders, vectorIndexes } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { EmbedderError } from "./embedder-error.ts";
import type { Embedder } from "./passage.ts";
import { holdVectors } from "./vector-index.ts";

export type EmbedderRow = typeof tenantEmbedders.$inferSelect;
/** What a tenant has chosen; `undefined`: nothing, and that is the built-in embedder. */
export type Chosen =
  | Pick<EmbedderRow, "tenantId" | "kind" | "embedderId" | "baseUrl" | "model" | "dimensions" | "sealedKey">
  | undefined;

/** What a sealed key is bound to. */
export const placeOfKey = (tenantId: TenantId, baseUrl: string): string => `${tenantId} ${baseUrl}`;

/** The tenant's choices, by their state. */
export async function findChoices(db: Database, tenantId: TenantId) {
  const rows = await db.read(tenantId, (read) => read.select().from(tenantEmbedders));
  const of = (state: EmbedderRow["state"]) => rows.find((row) => row.state === state);
  return { current: of("current"), next: of("next") };
}

/**
 * What was chosen; while its server is left alone, it fails at once.
 *
 * @throws EmbedderError `embedder.unavailable` when the installation does not have it any more
 */
export function openEmbedder(builtIn: Embedder, chosen: Chosen): Embedder {
  if (!chosen || chosen.kind === "built-in") return builtIn;
  const embedder = openUnguarded(builtIn, chosen);
  const { kind, tenantId, embedderId, sealedKey } = chosen;
  const whose = kind === "installation" ? "installation" : `${tenantId} ${sealedKey ?? ""}`;
  return builtIn.others?.circuits.guard(embedder, `${whose} ${embedderId}`) ?? embedder;
}

function openUnguarded(builtIn: Embedder, chosen: NonNullable<Chosen>): Embedder {
  const { others } = builtIn;
  const { kind, embedderId, baseUrl, model, dimensions, sealedKey } = chosen;
  if (kind === "installation") {
    if (others?.installation?.id === embedderId) return others.installation;
  } else if (others && baseUrl && model && dimensions) {
    try {
      const apiKey = sealedKey === null ? undefined : others.unseal(sealedKey, placeOfKey(chosen.tenantId, baseUrl));
      return others.open({ baseUrl, model, dimensions, apiKey });
    } catch (cause) {
      throw new EmbedderError("embedder.unavailable", { cause });
    }
  }
  throw new EmbedderError("embedder.unavailable");
}

/** The one language that what was chosen knows, by its ISO 639-1 code; undefined: many, or nobody has said. */
export const languageOf = (builtIn: Embedder, chosen: Chosen): Embedder["language"] =>
  !chosen || chosen.kind === "built-in" ? builtIn.language : undefined;

/** The same, with the indexes that hold all vectors of an embedder: what a search has to know before it begins, in one round trip. */
export async function findChoicesAndIndexes(db: Database, tenantId: TenantId) {
  const rows = await db.read(tenantId, (read) =>
    read
      .select()
      .from(tenantEmbedders)
      .fullJoin(vectorIndexes, eq(vectorIndexes.embedderId, tenantEmbedders.embedderId)),
  );
  const choiceOf = (state: EmbedderRow["state"]) =>
    rows.find((row) => row.tenant_embedders?.state === state)?.tenant_embedders ?? undefined;
  const indexes = rows.flatMap((row) => (row.vector_indexes?.readyAt ? [row.vector_indexes] : []));
  return {
    current: choiceOf("current"),
    next: choiceOf("next"),
    indexOf: (embedderId: string) => indexes.find((index) => index.embedderId === embedderId),
  };
}

/** The tenant's embedder of the moment. @throws EmbedderError `embedder.unavailable` */
export async function currentEmbedder(db: Database, builtIn: Embedder, tenantId: TenantId): Promise<Embedder> {
  return openEmbedder(builtIn, builtIn.others && (await findChoices(db, tenantId)).current);
}

/** A tenant without documents begins with what the installation has; one with documents has chosen, by having them. */
export async function beginWithInstallations(db: Database, builtIn: Embedder, tenantId: TenantId): Promise<void> {
  const { installation } = builtIn.others ?? {};
  if (!installation) return;
  // Nearly always it has begun already: then nobody who writes vectors is waited for.
  const { rows: begun } = await db.read(tenantId, (read) =>
    read.execute(sql`select 1 where exists (select from tenant_embedders) or exists (select from embeddings)`),
  );
  if (begun.length > 0) return;
  await db.transaction(tenantId, async (tx) => {
    await holdVectors(tx, { alone: true });
    if ((await tx.$count(tenantEmbedders)) > 0) return;
    const { rows } = await tx.execute(sql`select 1 from embeddings limit 1`);
    if (rows.length > 0) return;
    await tx.insert(tenantEmbedders).values({ state: "current", kind: "installation", embedderId: installation.id });
  });
}

/** The id of the current embedder, as this transaction sees it. Whoever holds the tenant's vectors keeps it to the end. */
export async function currentEmbedderId(tx: TenantTransaction, builtIn: Embedder): Promise<string> {
  const [row] = await tx
    .select({ id: tenantEmbedders.embedderId })
    .from(tenantEmbedders)
    .where(eq(tenantEmbedders.state, "current"));
  return row?.id ?? builtIn.id;
}

/** Notes why an embedder does not answer, or that it does again, for whoever looks at the settings. */
export async function noteFailure(
  db: Database,
  tenantId: TenantId,
  state: EmbedderRow["state"],
  failure: ErrorCode | null,
): Promise<void> {
  await db.transaction(tenantId, async (tx) => {
    const noted = await tx
      .update(tenantEmbedders)
      .set({ failure })
      .where(and(eq(tenantEmbedders.state, state), sql`${tenantEmbedders.failure} is distinct from ${failure}`))
      .returning({ state: tenantEmbedders.state });
    if (noted.length > 0) await announce(tx, { type: "embedder.changed" });
  });
}
