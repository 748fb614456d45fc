import type { DocumentId, SourceId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, sources } from "@parley/db/schema";
import { type ObjectStore, objectKey } from "@parley/platform/objects/object-store";
import { and, asc, eq, gt, isNotNull, notExists, sql } from "drizzle-orm";
import { clearDocument } from "../clear-document.ts";

/** Documents that are asked for at a time. */
const pageSize = 50;

/**
 * Deletes what a removed source has left behind; the source itself as well, unless a citation still points into it. May be called
 * again, and goes on where it was.
 */
export async function clearSource(
  { db, objects }: { db: Database; objects: ObjectStore },
  { tenantId, sourceId }: { tenantId: TenantId; sourceId: SourceId },
  signal: AbortSignal,
): Promise<void> {
  let after: DocumentId | undefined;
  for (;;) {
    const page = await db.read(tenantId, (read) =>
      read
        .select({ id: documents.id })
        .from(documents)
        .innerJoin(sources, eq(sources.id, documents.sourceId))
        .where(and(eq(sources.id, sourceId), isNotNull(sources.removedAt), after && gt(documents.id, after)))
        .orderBy(asc(documents.id))
        .limit(pageSize),
    );
    for (const { id } of page) {
      signal.throwIfAborted();
      await clearDocument({ db, objects }, { tenantId, documentId: id });
    }
    after = page.at(-1)?.id;
    if (!after) break;
  }
  const isGone = and(eq(sources.id, sourceId), isNotNull(sources.removedAt));
  if ((await db.read(tenantId, (read) => read.$count(sources, isGone))) === 0) return;
  // With what was sent and never became a document.
  await objects.deleteAll(objectKey(tenantId, sourceId));
  await db.transaction(tenantId, (tx) =>
    tx
      .delete(sources)
      .where(
        and(isGone, notExists(tx.select({ one: sql`1` }).from(documents).where(eq(documents.sourceId, sources.id)))),
      ),
  );
}
