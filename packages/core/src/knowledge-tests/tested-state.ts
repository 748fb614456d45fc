import type { TestedChange } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions, knowledgeTestRuns } from "@parley/db/schema";
import { and, desc, eq, gt, isNotNull, sql } from "drizzle-orm";
import type { Embedder } from "../knowledge/passage.ts";
import { currentEmbedderId } from "../knowledge/tenant-embedder.ts";

/** What answers are made from and by, in a few characters: the same as long as nothing of it changes. */
export type TestedState = { knowledge: string; settings: number; embedder: string; answerer: string };

/** Who has a part in every answer: who writes, by name, and what finds where the tenant has chosen nothing else. */
export type TestedBy = { answerer: string; embedder: Embedder };

const mostChanges = 20;

export async function readTestedState(
  tx: TenantTransaction,
  { answerer, embedder: builtIn }: TestedBy,
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
  return { ...row, embedder, answerer };
}

export const toFingerprint = ({ knowledge, settings, embedder, answerer }: TestedState): string =>
  JSON.stringify({ knowledge, settings, embedder, answerer });

/** Undefined for one of an earlier release, which said less. */
const fromFingerprint = (fingerprint: string): TestedState | undefined =>
  fingerprint.startsWith("{") ? (JSON.parse(fingerprint) as TestedState) : undefined;

/** What has changed since all tests were last asked; nothing when they never were. */
export async function listChanges(tx: TenantTransaction, now: TestedState): Promise<TestedChange[]> {
  const { fingerprint, startedAt, status } = knowledgeTestRuns;
  const [before] = await tx
    .select({ fingerprint, startedAt })
    .from(knowledgeTestRuns)
    .where(and(eq(status, "finished"), isNotNull(fingerprint)))
    .orderBy(desc(startedAt))
    .limit(1);
  if (!before?.fingerprint || !before.startedAt) return [];
  const then = fromFingerprint(before.fingerprint);
  if (!then) return [];
  const changes: TestedChange[] = [];
  if (then.settings !== now.settings) changes.push({ kind: "settings", version: now.settings });
  if (then.answerer !== now.answerer) changes.push({ kind: "answerer", name: now.answerer });
  if (then.embedder !== now.embedder) changes.push({ kind: "embedder" });
  if (then.knowledge === now.knowledge) return changes;

  const added = await tx
    .select({ documentId: documents.id, title: documentVersions.title, version: documentVersions.version })
    .from(documents)
    .innerJoin(documentVersions, eq(documentVersions.id, documents.currentVersionId))
    .where(gt(documentVersions.readyAt, before.startedAt))
    .orderBy(desc(documentVersions.readyAt))
    .limit(mostChanges);
  for (const document of added) changes.push({ kind: "document", ...document });
  const removed = await tx
    .select({ title: documents.title })
    .from(documents)
    .where(gt(documents.removedAt, before.startedAt))
    .limit(mostChanges);
  for (const { title } of removed) changes.push({ kind: "removed", title });
  // Deleted already: nobody knows any more what it was called.
  if (added.length + removed.length === 0) changes.push({ kind: "removed", title: "" });
  return changes;
}
