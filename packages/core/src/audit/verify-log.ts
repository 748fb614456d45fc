import type { AuditEntry, TenantId } from "@parley/contracts";
import { genesisHash, hashEntry } from "./hash-entry.ts";

/** Something that is not as it was written. */
export type Finding = {
  kind: "changed" | "missing" | "cut_off" | "rewritten" | "uncovered";
  /** The first entry that is concerned. */
  seq: number;
  text: string;
};

export type Verified = {
  entries: number;
  /** When the first entry was made, as it says itself. */
  firstAt: string | undefined;
  findings: Finding[];
};

/**
 * Goes through a tenant's whole log, entry by entry.
 *
 * @param entries in order of `seq`
 * @param ends where the log is known to have ended: by its head, and by the checkpoints kept outside the database
 */
export async function verifyLog(
  tenantId: TenantId,
  entries: AsyncIterable<AuditEntry>,
  ends: readonly { seq: number; hash: string }[],
): Promise<Verified> {
  const findings: Finding[] = [];
  const known = new Map<number, Set<string>>();
  for (const { seq, hash } of ends) known.set(seq, (known.get(seq) ?? new Set()).add(hash));

  let last = { seq: 0, hash: genesisHash };
  let count = 0;
  let firstAt: string | undefined;
  for await (const entry of entries) {
    const { seq, hash } = entry;
    count += 1;
    firstAt ??= entry.at;
    if (seq !== last.seq + 1) {
      findings.push({
        kind: "missing",
        seq: last.seq + 1,
        text:
          seq === last.seq + 2
            ? `entry ${last.seq + 1} is missing`
            : `entries ${last.seq + 1} to ${seq - 1} are missing`,
      });
    } else if (hashEntry(tenantId, entry, last.hash) !== hash) {
      findings.push({
        kind: "changed",
        seq,
        text: `entry ${seq} is not what was written there: it was changed or moved, or the one before it was`,
      });
    }
    for (const wanted of known.get(seq) ?? []) {
      if (wanted === hash) continue;
      findings.push({
        kind: "rewritten",
        seq,
        text: `a checkpoint knows another entry ${seq}: the log was rewritten up to there`,
      });
    }
    last = { seq, hash };
  }
  const cutOff = ends.reduce((most, { seq }) => Math.max(most, seq), 0);
  if (cutOff > last.seq) {
    findings.push({
      kind: "cut_off",
      seq: last.seq + 1,
      text: `the log ends at entry ${last.seq}, but it had ${cutOff}: its end was cut off`,
    });
  }
  return { entries: count, firstAt, findings };
}
