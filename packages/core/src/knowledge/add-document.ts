import type { DocumentId, DocumentVersionId, SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions, sources } from "@parley/db/schema";
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import { isUnread } from "./failure.ts";
import { keepDocument } from "./hold-removal.ts";
import type { KnowledgeJobs } from "./jobs.ts";
import type { ReadDocument } from "./read-document.ts";
import { sha256Of } from "./sha256-of.ts";
import { lockSource } from "./sources/lock-source.ts";

/** `source` and `path` say which document it is; whatever came under them before is its older version. */
export type NewDocument = ReadDocument & {
  source: string;
  path: string;
  /** Of a page of a site. */
  fetched?: (typeof documents.$inferInsert)["fetched"];
};

/**
 * Stores a document's new version and queues it to be read in; the version before it serves until this one is ready. What is the
 * same as the newest version costs nothing, unless that one failed; from then on that one counts as verified. Who adds a document that
 * waited to be removed keeps it; a page that its site has still waits on.
 *
 * @returns the version that holds this content
 */
export async function addDocument(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  { source, ...document }: NewDocument,
): Promise<AddedDocument & KeptDocument> {
  return addToSource(tx, jobs, await ensureSource(tx, source), document);
}

export type AddedDocument = {
  documentId: DocumentId;
  versionId: DocumentVersionId;
  outcome: "queued" | "unchanged";
};

type KeptDocument = {
  /** Its removal waited, and does no more. */
  isKept: boolean;
};

/** As `addDocument`, in a source that is there. @throws AppError `source.not_found` */
export async function addToSource(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  sourceId: SourceId,
  given: Omit<NewDocument, "source"> & {
    /** Of the document, if it is new. */
    id?: DocumentId;
  },
): Promise<AddedDocument & KeptDocument> {
  const { id, path, title, mediaType, originalType, text, pageStarts, fetched = null } = given;
  await lockSource(tx, sourceId, "share");
  // Locks the document, so that its versions have an order.
  const [document] = await tx
    .insert(documents)
    .values({ ...(id && { id }), sourceId, path, title, fetched })
    .onConflictDoUpdate({ target: [documents.tenantId, documents.sourceId, documents.path], set: { path, fetched } })
    .returning();
  if (!document) throw new Error("an insert returned no row");
  const documentId = document.id;

  const contentSha256 = sha256Of(text);
  const [newest] = await tx
    .select({
      id: documentVersions.id,
      version: documentVersions.version,
      title: documentVersions.title,
      mediaType: documentVersions.mediaType,
      contentSha256: documentVersions.contentSha256,
      status: documentVersions.status,
      failureCode: documentVersions.failureCode,
    })
    .from(documentVersions)
    .where(eq(documentVersions.documentId, documentId))
    .orderBy(desc(documentVersions.version))
    .limit(1);
  const unchanged =
    newest?.contentSha256 === contentSha256 &&
    newest.title === title &&
    newest.mediaType === mediaType &&
    // Of a page that was discarded or stopped nobody has asked for the same once more.
    !(fetched ? isUnread(newest) : newest.status === "failed") &&
    document.removedAt === null;
  // That a site still has a page says nothing of whether anybody here wants it; whoever sends a document does.
  const isKept = !(fetched && unchanged) && (await keepDocument(tx, documentId));
  if (unchanged) {
    await tx.update(documentVersions).set({ verifiedAt: sql`now()` }).where(eq(documentVersions.id, newest.id));
    if (isKept) await announce(tx, { type: "document.changed", documentId });
    return { documentId, versionId: newest.id, outcome: "unchanged", isKept };
  }

  if (document.removedAt) {
    await tx.update(documents).set({ removedAt: null, title }).where(eq(documents.id, documentId));
  }
  const [version] = await tx
    .insert(documentVersions)
    .values({
      documentId,
      version: (newest?.version ?? 0) + 1,
      title,
      mediaType,
      originalType,
      content: text,
      contentSha256,
      pageStarts,
    })
    .returning({ id: documentVersions.id });
  if (!version) throw new Error("an insert returned no row");
  await jobs.send(tx, "ingestDocument", { tenantId: document.tenantId, documentId, versionId: version.id });
  await announce(tx, { type: "document.changed", documentId });
  return { documentId, versionId: version.id, outcome: "queued", isKept };
}

async function ensureSource(tx: TenantTransaction, name: string): Promise<SourceId> {
  const isIt = and(eq(sources.name, name), isNull(sources.removedAt));
  const find = () => tx.select({ id: sources.id }).from(sources).where(isIt);
  const [known] = await find();
  if (known) return known.id;
  await tx.insert(sources).values({ name }).onConflictDoNothing();
  const [made] = await find();
  if (!made) throw new Error("a source that was made can't be found");
  return made.id;
}
