import { createHash } from "node:crypto";
import type { AuditEntry, TenantId } from "@parley/contracts";

/** The hash before the first entry. */
export const genesisHash = "0".repeat(64);

/** An entry before it has a hash. */
export type UnhashedEntry = Omit<AuditEntry, "hash">;

/**
 * The hash that chains an entry to the one before it. What is hashed is a JSON array in a fixed order, with the details sorted by
 * their names, so that the same entry always gives the same bytes.
 */
export function hashEntry(tenantId: TenantId, entry: UnhashedEntry, previousHash: string): string {
  const { seq, at, action, actor, target, ip, details } = entry;
  const sorted = Object.entries(details).sort(([one], [two]) => (one < two ? -1 : 1));
  const canonical = JSON.stringify([
    "parley/audit/1",
    previousHash,
    tenantId,
    seq,
    at,
    action,
    actor.kind,
    actor.id,
    target?.kind ?? null,
    target?.id ?? null,
    ip,
    sorted,
  ]);
  return createHash("sha256").update(canonical).digest("hex");
}
