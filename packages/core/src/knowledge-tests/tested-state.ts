import type { TenantId, TestedChange } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions, heldSettings, knowledgeTestRuns, modelsInUse } from "@parley/db/schema";
import { and, type Column, desc, eq, isNotNull, sql } from "drizzle-orm";
import type { ComposeDeps } from "../assistant/compose-answer.ts";
import { markServers, nameModels } from "../assistant/name-models.ts";
import { type KnowledgeScope, listHeldDocuments, listHeldRemovals } from "../knowledge/held-changes.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { currentEmbedderId } from "../knowledge/tenant-embedder.ts";

/** What answers are made from and by, in a few characters: the same as long as nothing of it changes. */
export type TestedState = {
  knowledge: string;
  settings: number;
  embedder: string;
  answerer: string;
  /** At which servers that is; undefined in runs of an earlier release. */
  servers?: string | undefined;
  /** What is held beside it and counts as published; undefined: nothing, or what is held does not count. */
  held?: string | undefined;
};

/**
 * Who has a part in every answer: who writes, by name and servers, now and once what is held is published; and what finds where the tenant has chosen
 * nothing else.
 */
export type TestedBy = { answerer: Record<KnowledgeScope, ReturnType<typeof describe>>; embedder: Embedder };

export const findTestedBy = async (
  { modelsOf, embedder }: Pick<ComposeDeps, "modelsOf" | "embedder">,
  tenantId: TenantId,
): Promise<TestedBy> => ({
  answerer: { live: describe(await modelsOf(tenantId)), held: describe(await modelsOf(tenantId, "held")) },
  embedder,
});

const describe = (models: Awaited<ReturnType<ComposeDeps["modelsOf"]>>) => ({
  answerer: nameModels(models),
  servers: markServers(models),
});

const mostChanges = 20;

export async function readTestedState(
  tx: TenantTransaction,
  { answerer, embedder: builtIn }: TestedBy,
  scope: KnowledgeScope = "live",
): Promise<TestedState> {
  const embedder = await currentEmbedderId(tx, builtIn);
  const { rows } = await tx.execute<{ knowledge: string; settings: number }>(sql`
    select
      md5(coalesce(string_agg(current_version_id::text, ',' order by current_version_id), '')) as knowledge,
      coalesce((select max(version) from assistant_settings), 0) as settings
    from documents where current_version_id is not null and removed_at is null
  `);
  const [row] = rows;
  if (!row) throw new Error("an aggregate returned no row");
  return { ...row, embedder, ...answerer[scope], held: scope === "held" ? await readHeld(tx) : undefined };
}

/** By what the held changes are known again: 32 hexadecimal digits; undefined: there are none. */
async function readHeld(tx: TenantTransaction): Promise<string | undefined> {
  const { rows } = await tx.execute<{ held: string | null }>(sql`
    select md5(string_agg(id, ',' order by id)) as held from (
      select id::text from document_versions where status = 'held'
      union all select 'models ' || revision || ' ' || changed_at from models_in_use
      union all select 'settings ' || revision || ' ' || changed_at from held_settings
      union all select r.id::text from held_removals r
      where exists (select from documents d where d.id = r.document_id and d.removed_at is null)
        or exists (select from sources s where s.id = r.source_id and s.removed_at is null)
    ) as held`);
  return rows[0]?.held ?? undefined;
}

export const toFingerprint = ({ knowledge, settings, embedder, answerer, servers, held }: TestedState): string =>
  JSON.stringify({ knowledge, settings, embedder, answerer, servers, held });

/** Undefined for one of an earlier release, which said less. */
const fromFingerprint = (fingerprint: string): TestedState | undefined =>
  fingerprint.startsWith("{") ? (JSON.parse(fingerprint) as TestedState) : undefined;

/** What has changed since all tests were last asked; nothing when they never were. */
export async function listChanges(tx: TenantTransaction, now: TestedState): Promise<TestedChange[]> {
  const { fingerprint, startedAt, createdAt, status, isHeld } = knowledgeTestRuns;
  const [before] = await tx
    // One that was a check counts from when its set was published.
    .select({ fingerprint, at: sql<string>`greatest(${startedAt}, ${createdAt})::text` })
    .from(knowledgeTestRuns)
    .where(and(eq(status, "finished"), eq(isHeld, false), isNotNull(fingerprint)))
    .orderBy(desc(createdAt))
    .limit(1);
  if (!before?.fingerprint) return [];
  const isSince = (moment: Column) => sql`${moment} > ${before.at}::timestamptz`;
  const then = fromFingerprint(before.fingerprint);
  if (!then) return [];
  const changes: TestedChange[] = [];
  if (then.settings !== now.settings) changes.push({ kind: "settings", version: now.settings });
  const isElsewhere = then.servers !== undefined && then.servers !== now.servers;
  if (then.answerer !== now.answerer || isElsewhere) changes.push({ kind: "answerer", name: now.answerer });
  if (then.embedder !== now.embedder) changes.push({ kind: "embedder" });
  if (then.knowledge === now.knowledge) return changes;

  const added = await tx
    .select({ documentId: documents.id, title: documentVersions.title, version: documentVersions.version })
    .from(documents)
    .innerJoin(documentVersions, eq(documentVersions.id, documents.currentVersionId))
    .where(isSince(documentVersions.readyAt))
    .orderBy(desc(documentVersions.readyAt))
    .limit(mostChanges);
  for (const document of added) changes.push({ kind: "document", ...document });
  const removed = await tx
    .select({ title: documents.title })
    .from(documents)
    .where(isSince(documents.removedAt))
    .limit(mostChanges);
  for (const { title } of removed) changes.push({ kind: "removed", title });
  // Deleted already: nobody knows any more what it was called.
  if (added.length + removed.length === 0) changes.push({ kind: "removed", title: "" });
  return changes;
}

/** What would change were all published that is held. */
export async function listHeldChanges(
  tx: TenantTransaction,
  { settings, answerer }: TestedState,
): Promise<TestedChange[]> {
  const changes: TestedChange[] = [];
  if ((await tx.$count(modelsInUse)) > 0) changes.push({ kind: "answerer", name: answerer });
  if ((await tx.$count(heldSettings)) > 0) changes.push({ kind: "settings", version: settings + 1 });
  const { removals } = await listHeldRemovals(tx, mostChanges);
  for (const { title } of removals) changes.push({ kind: "removed", title });
  const held = await listHeldDocuments(tx, mostChanges);
  for (const { documentId, title, version } of held.documents) {
    changes.push({ kind: "document", documentId, title, version });
  }
  return changes;
}
