import type { SourceId, TenantId } from "@parley/contracts";
import * as z from "zod";

/** Where files are kept, outside the database. Each key begins with its tenant's id; none holds a name that somebody gave. */
export type ObjectStore = {
  /**
   * Keeps the bytes whole or not at all; what was under the key before is replaced.
   *
   * @param sizeBytes exactly what `bytes` come to
   */
  put(key: ObjectKey, bytes: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<void>;
  /** Undefined when there is nothing under the key. The stream fails when it is cut off. */
  get(key: ObjectKey): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Also when there is nothing under the key. */
  delete(key: ObjectKey): Promise<void>;
  /** Deletes all whose keys begin with these parts. */
  deleteAll(prefix: ObjectKey): Promise<void>;
};

/** `tenant/source/object`, of ids alone, or the beginning of such a key. */
export type ObjectKey = string & { readonly brand: "ObjectKey" };

const Id = z.uuid();

/**
 * The key of a source's object, or without one the beginning of all of the source's keys.
 *
 * @throws ZodError when one of the parts is no id: a key leads nowhere else
 */
export function objectKey(tenantId: TenantId, sourceId: SourceId, objectId?: string): ObjectKey {
  const parts = [tenantId, sourceId, ...(objectId === undefined ? [] : [objectId])];
  return parts.map((part) => Id.parse(part).toLowerCase()).join("/") as ObjectKey;
}

/** The whole of an object in memory. */
export async function readObject(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}
