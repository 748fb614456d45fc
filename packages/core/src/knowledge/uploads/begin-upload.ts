import { limits, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sources } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { fileTypeOf } from "../read-document.ts";
import { storedBytes, waitingVersions } from "./stored-bytes.ts";
import type { BeginUpload } from "./upload-inputs.ts";

/**
 * Whether a file would be taken, before any of it is sent. One that may be the newest version of its path over again is: it costs nothing
 * if it is, and `addUpload` asks once more.
 *
 * @param kind of the source: members send to one of files, programs to one of their own
 * @throws AppError `source.not_found`, `source.wrong_kind`, `document.type_unknown`; `document.queue_full` when as many wait as may,
 *   `document.storage_full` when it would be too much
 */
export async function beginUpload(
  db: Database,
  tenantId: TenantId,
  { sourceId, path, sizeBytes }: BeginUpload,
  kind: "upload" | "api" = "upload",
): Promise<void> {
  const [source] = await db.read(tenantId, (read) =>
    read
      .select({
        kind: sources.kind,
        stored: storedBytes,
        newestBytes: sql<number | null>`(
          select v.original_bytes from documents d join document_versions v on v.document_id = d.id
          where d.source_id = ${sourceId} and d.path = ${path} order by v.version desc limit 1
        )`,
        waiting: waitingVersions,
      })
      .from(sources)
      .where(and(eq(sources.id, sourceId), isNull(sources.removedAt))),
  );
  if (!source) throw new AppError("source.not_found");
  if (source.kind !== kind) throw new AppError("source.wrong_kind");
  fileTypeOf(path);
  if (source.newestBytes === sizeBytes) return;
  if (source.waiting >= limits.waitingDocuments) throw new AppError("document.queue_full");
  if (source.stored + sizeBytes > limits.storedBytes) throw new AppError("document.storage_full");
}
