import type { ErrorCode, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { type AuditRecord, recordAudit } from "./record-audit.ts";

/**
 * What is recorded in a minute by each process: of one caller, and of one kind of callers in a tenant together. Whoever provokes refusals
 * must not fill the log; and since anybody can be a visitor, none of them can use up what there is for members and keys.
 */
const perMinute = { ofCaller: 5, ofKind: 20 };

type Actor = AuditRecord["actor"];

export type Refusal = {
  actor: Actor;
  ip: string;
  code: ErrorCode;
  /** Where it was refused. */
  route: string | null;
  procedures?: string | null;
};

/** Tells a tenant's audit log that somebody came with a credential and was not let do what they asked; what is too much is left out. */
export type RecordRefusal = (tenantId: TenantId, refusal: Refusal) => Promise<void>;

/** Made once in each process: it counts. */
export function createRefusalLog(db: Database): RecordRefusal {
  let minute = 0;
  const recorded = new Map<string, number>();

  function isTooMany(tenantId: TenantId, { kind, id }: Actor): boolean {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) recorded.clear();
    minute = now;
    const [ofKind, ofCaller] = [`${tenantId} ${kind}`, `${tenantId} ${kind} ${id}`];
    const kinds = recorded.get(ofKind) ?? 0;
    const callers = recorded.get(ofCaller) ?? 0;
    if (kinds >= perMinute.ofKind || callers >= perMinute.ofCaller) return true;
    recorded.set(ofKind, kinds + 1).set(ofCaller, callers + 1);
    return false;
  }

  return async (tenantId, { actor, ip, code, route, procedures = null }) => {
    if (isTooMany(tenantId, actor)) return;
    const details = { code, route, procedures: procedures?.slice(0, 200) ?? null };
    await db.transaction(tenantId, (tx) => recordAudit(tx, { action: "request.refused", actor, ip, details }));
  };
}
