import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DocumentVersionId, limits, type SourceId, type TenantId } from "@parley/contracts";
import { AppError } from "@parley/core/app-error";
import type { AddedDocument } from "@parley/core/knowledge/add-document";
import { findVersionStatus } from "@parley/core/knowledge/find-version-status";
import type { Upload } from "@parley/core/knowledge/uploads/add-upload";
import type { TenantTransaction } from "@parley/db";
import { type ObjectKey, objectKey } from "@parley/platform/objects/object-store";
import type { FastifyRequest } from "fastify";
import type { ApiParts } from "./create-api.ts";

/** Files of one caller that are taken side by side, in this process. */
const sideBySide = 4;

type Target = { tenantId: TenantId; callerId: string; sourceId: SourceId; path: string; sizeBytes: number };

/**
 * Takes files: their bytes go straight to where they are kept, and are in memory a piece at a time. What becomes no document is not kept.
 */
export function createFileReceiver({ db, objects }: Pick<ApiParts, "db" | "objects">) {
  const underWay = new Map<string, number>();

  /** What can't be deleted now goes with its source. */
  const forget = (key: ObjectKey) => objects.delete(key).catch(() => {});

  /** Where the connection broke at the commit, it has happened or not. */
  async function mayBeStored(tenantId: TenantId, versionId: DocumentVersionId): Promise<boolean> {
    return findVersionStatus(db, tenantId, versionId).then(
      (found) => found !== undefined,
      () => true,
    );
  }

  /** @returns its SHA-256 @throws AppError `input.invalid` when it breaks off; `service.busy` when it can't be kept */
  async function keep(key: ObjectKey, body: Readable, sizeBytes: number): Promise<string> {
    const hash = createHash("sha256");
    let isBroken = false;
    async function* hashed() {
      try {
        for await (const part of body) {
          hash.update(part);
          yield part;
        }
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
    try {
      await objects.put(key, hashed(), sizeBytes);
    } catch (error) {
      // A full disk, or a bucket that fails, is ours to mend: it is logged, with its cause.
      throw new AppError(isBroken ? "input.invalid" : "service.busy", { cause: error });
    }
    return hash.digest("hex");
  }

  /**
   * @param store puts what came into the tenant's knowledge
   * @throws AppError `input.invalid` when the body is no file or breaks off; `service.busy` when it can't be kept, or the
   *   caller sends more than a few at once
   */
  return async (
    { body }: FastifyRequest,
    { tenantId, callerId, sourceId, path, sizeBytes }: Target,
    store: (tx: TenantTransaction, file: Upload) => Promise<AddedDocument>,
  ): Promise<AddedDocument> => {
    if (!(body instanceof Readable)) throw new AppError("input.invalid");
    const running = underWay.get(callerId) ?? 0;
    if (running >= sideBySide) throw new AppError("service.busy");
    underWay.set(callerId, running + 1);
    const versionId = DocumentVersionId.parse(randomUUID());
    const key = objectKey(tenantId, sourceId, versionId);
    try {
      const sha256 = await keep(key, body, sizeBytes);
      const file = { sourceId, path, versionId, sizeBytes, sha256 };
      const added = await db.transaction(tenantId, (tx) => store(tx, file));
      if (added.outcome === "unchanged") await forget(key);
      return added;
    } catch (error) {
      if (!(await mayBeStored(tenantId, versionId))) await forget(key);
      throw error;
    } finally {
      const left = (underWay.get(callerId) ?? 1) - 1;
      if (left > 0) underWay.set(callerId, left);
      else underWay.delete(callerId);
    }
  };
}

/** As the request says, before its body is read. @throws AppError `document.too_large`; `input.invalid` when it says none */
export function sizeOf({ headers }: FastifyRequest): number {
  const sizeBytes = Number(headers["content-length"]);
  if (!Number.isSafeInteger(sizeBytes)) throw new AppError("input.invalid");
  if (sizeBytes > limits.fileBytes) throw new AppError("document.too_large");
  return sizeBytes;
}
