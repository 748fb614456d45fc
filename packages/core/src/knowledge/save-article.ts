import { randomUUID } from "node:crypto";
import { type DocumentId, type GapDraft, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, sources } from "@parley/db/schema";
import { and, eq, inArray, isNull, like } from "drizzle-orm";
import { recordAudit } from "../audit/record-audit.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { type AddedDocument, addToSource } from "./add-document.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import { createSource } from "./sources/create-source.ts";
import { entryToMarkdown } from "./written/written-entry.ts";

/** What the source of articles is called when it is made. It may have another name later, and so may another source have this one. */
const firstName = "Answers";

/** An article, and which document it is. */
export type Article = GapDraft & {
  /** Of a new document. */
  path: string;
  /** Of the document whose new version it is, as long as that is there, removed or not. */
  documentId: DocumentId | null;
  /** Other articles, the newest first: a new one comes into the source of the first one that is there. */
  others: readonly DocumentId[];
};

/**
 * Stores an article as a written entry: a question with its answer. It stays in the source in which it is, whatever that is called by now.
 * A new one comes to the others; where there are none, into the source of written entries with the usual name, or into a new one.
 *
 * @throws AppError `auth.forbidden`; `source.too_many` when a source would have to be made
 */
export async function saveArticle(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  by: Actor,
  { documentId, path, others, ...draft }: Article,
): Promise<AddedDocument> {
  await checkStillMay(tx, by, "knowledge.manage");
  const known = documentId && (await findPlaces(tx, [documentId]))[0];
  const place = known || { path, sourceId: await findSource(tx, by, others) };
  const article = { ...entryToMarkdown(draft), mediaType: "text/markdown", path: place.path } as const;
  const { isKept, ...added } = await addToSource(tx, jobs, place.sourceId, article);
  const byWhom = {
    actor: { kind: "member", id: by.memberId },
    target: { kind: "document", id: added.documentId },
    ip: by.ip,
  } as const;
  if (isKept) await recordAudit(tx, { ...byWhom, action: "document.removal_taken_back", details: {} });
  if (added.outcome === "queued") {
    await recordAudit(tx, { ...byWhom, action: "document.added", details: { versionId: added.versionId } });
  }
  return added;
}

/** Of the documents whose source is there. */
async function findPlaces(tx: TenantTransaction, ids: readonly DocumentId[]) {
  if (ids.length === 0) return [];
  const { id, path, sourceId } = documents;
  return tx
    .select({ id, path, sourceId, kind: sources.kind })
    .from(documents)
    .innerJoin(sources, eq(sources.id, sourceId))
    .where(and(inArray(id, [...ids]), isNull(sources.removedAt)));
}

async function findSource(tx: TenantTransaction, by: Actor, others: readonly DocumentId[]): Promise<SourceId> {
  const places = (await findPlaces(tx, others)).filter(({ kind }) => kind === "written");
  for (const other of others) {
    const place = places.find(({ id }) => id === other);
    if (place) return place.sourceId;
  }
  // A source that is being removed keeps its name until it is gone.
  const taken = await tx
    .select({ id: sources.id, kind: sources.kind, name: sources.name, removedAt: sources.removedAt })
    .from(sources)
    .where(like(sources.name, `${firstName}%`));
  const usual = taken.find(({ name, kind, removedAt }) => name === firstName && kind === "written" && !removedAt);
  if (usual) return usual.id;
  const names = new Set(taken.map(({ name }) => name));
  let name = firstName;
  for (let number = 2; names.has(name); number += 1) name = `${firstName} ${number}`;
  const id = SourceId.parse(randomUUID());
  await createSource(tx, by, { id, kind: "written", name });
  return id;
}
