import type { SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";

/** Its source says that the document is what its newest version holds. One that is not there stays so. */
export async function verifyDocument(
  tx: TenantTransaction,
  { sourceId, path }: { sourceId: SourceId; path: string },
): Promise<void> {
  const newest = tx
    .select({ id: documentVersions.id })
    .from(documentVersions)
    .innerJoin(documents, eq(documents.id, documentVersions.documentId))
    .where(and(eq(documents.sourceId, sourceId), eq(documents.path, path), isNull(documents.removedAt)))
    .orderBy(desc(documentVersions.version))
    .limit(1);
  await tx.update(documentVersions).set({ verifiedAt: sql`now()` }).where(inArray(documentVersions.id, newest));
}
