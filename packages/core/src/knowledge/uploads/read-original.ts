import type { DocumentVersionId, SourceId, TenantId } from "@parley/contracts";
import { type ObjectStore, objectKey, readObject } from "@parley/platform/objects/object-store";
import { AppError } from "../../app-error.ts";
import type { ParseOptions } from "../parsing/parse-in-worker.ts";
import { type ReadDocument, readDocument } from "../read-document.ts";

/**
 * What an uploaded file says.
 *
 * @throws AppError as `readDocument`; `document.no_original` when the file is not kept any more
 */
export async function readOriginal(
  objects: ObjectStore,
  of: { tenantId: TenantId; sourceId: SourceId; versionId: DocumentVersionId; path: string },
  options: ParseOptions,
): Promise<ReadDocument> {
  const bytes = await objects.get(objectKey(of.tenantId, of.sourceId, of.versionId));
  if (!bytes) throw new AppError("document.no_original");
  return readDocument(await readObject(bytes), of.path, options);
}
