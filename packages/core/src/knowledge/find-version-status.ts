import type { DocumentState, DocumentVersionId, ErrorCode, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documentVersions } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";

/** How far a version has come. */
export type VersionStatus = {
  status: DocumentState;
  /** Why it failed, for a person. */
  failure: string | null;
  /** Why it is still queued, if it was put off. */
  waitsFor: ErrorCode | null;
  /** Chunks that are written so far. */
  chunks: number;
};

export async function findVersionStatus(
  db: Database,
  tenantId: TenantId,
  versionId: DocumentVersionId,
): Promise<VersionStatus | undefined> {
  const { id, status, failure, waitsFor } = documentVersions;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        status,
        failure,
        waitsFor,
        chunks: sql<number>`(select count(*)::integer from chunks where document_version_id = ${versionId})`,
      })
      .from(documentVersions)
      .where(eq(id, versionId)),
  );
  return row;
}
