import type { KnowledgeTestRunId, TestedChange } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions, knowledgeTestRuns } from "@parley/db/schema";
import { and, desc, eq, gt, ne, sql } from "drizzle-orm";

/** What answers are made from and by, in a few characters: the same as long as nothing of it changes. */
export type TestedState = { knowledge: string; settings: number; answerer: string };

const mostChanges = 20;

/** @param answerer who writes, by name */
export async function readTestedState(tx: TenantTransaction, answerer: string): Promise<TestedState> {
  const { rows } = await tx.execute<{ knowledge: string; settings: number }>(sql`
    select
      md5(coalesce(string_agg(current_version_id::text, ',' order by current_version_id), '')) as knowledge,
      coalesce((select max(version) from assistant_settings), 0) as settings
    from documents where current_version_id is not null and removed_at is null
  `);
  const [row] = rows;
  if (!row) throw new Error("an aggregate returned no row");
  return { ...row, answerer };
}

export const toFingerprint = ({ knowledge, settings, answerer }: TestedState): string =>
  `${knowledge} ${settings} ${answerer}`;

function fromFingerprint(fingerprint: string): TestedState {
  const [knowledge = "", settings, ...answerer] = fingerprint.split(" ");
  return { knowledge, settings: Number(settings), answerer: answerer.join(" ") };
}

/** What has changed since the last run that began before this one; nothing when there was none. */
export async function listChanges(
  tx: TenantTransaction,
  runId: KnowledgeTestRunId | undefined,
  now: TestedState,
): Promise<TestedChange[]> {
  const { id, fingerprint, startedAt } = knowledgeTestRuns;
  const [before] = await tx
    .select({ fingerprint, startedAt })
    .from(knowledgeTestRuns)
    .where(and(sql`${fingerprint} is not null and ${startedAt} is not null`, runId && ne(id, runId)))
    .orderBy(desc(startedAt))
    .limit(1);
  if (!before?.fingerprint || !before.startedAt) return [];
  const then = fromFingerprint(before.fingerprint);
  const changes: TestedChange[] = [];
  if (then.settings !== now.settings) changes.push({ kind: "settings", version: now.settings });
  if (then.answerer !== now.answerer) changes.push({ kind: "answerer", name: now.answerer });
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
