import type { SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { sources } from "@parley/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../../app-error.ts";

export type SourceRow = typeof sources.$inferSelect;

/**
 * Keeps others from changing the source to the end of the transaction. It is locked before its crawl and any of its documents.
 *
 * @param strength `share`: documents are added to it, which others may do as well
 * @throws AppError `source.not_found`
 */
export async function lockSource(
  tx: TenantTransaction,
  sourceId: SourceId,
  strength: "share" | "no key update" = "no key update",
): Promise<SourceRow> {
  const source = await findSource(tx, sourceId, strength);
  if (!source) throw new AppError("source.not_found");
  return source;
}

/** The same; undefined when it is not there, or removed. */
export async function findSource(
  tx: TenantTransaction,
  sourceId: SourceId,
  strength: "share" | "no key update",
): Promise<SourceRow | undefined> {
  const [source] = await tx
    .select()
    .from(sources)
    .where(and(eq(sources.id, sourceId), isNull(sources.removedAt)))
    .for(strength);
  return source;
}
