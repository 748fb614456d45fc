import type { AuditEntry } from "@parley/contracts";
import { type CheckpointTip, findCheckpointTip } from "@parley/core/audit/checkpoint-tip";
import { type AuditPage, exportAuditEntries, findAuditHead } from "@parley/core/audit/list-entries";
import { type AuditLog, listLogs } from "@parley/core/audit/list-logs";
import type { Database } from "@parley/db";
import { type RunningApi, readAdminApi } from "../admin-api.ts";

type End = { seq: number; hash: string };

/** Where audit logs are read. */
export type AuditSource = {
  logs(): Promise<AuditLog[]>;
  /** The newest checkpoint that the database knows of. */
  checkpointTip(): Promise<CheckpointTip | undefined>;
  /** Where the log ends, by what the database says of it. */
  head(log: AuditLog): Promise<End | undefined>;
  /** All of them, oldest first. */
  entries(log: AuditLog): AsyncIterable<AuditEntry>;
};

async function* allPages(read: (after: number) => Promise<AuditPage>): AsyncIterable<AuditEntry> {
  for (let after = 0; ; ) {
    const { entries, complete } = await read(after);
    yield* entries;
    after = entries.at(-1)?.seq ?? after;
    if (complete) return;
  }
}

export function auditOfDatabase(db: Database): AuditSource {
  return {
    logs: () => listLogs(db),
    checkpointTip: () => findCheckpointTip(db),
    head: ({ tenantId }) => findAuditHead(db, tenantId),
    entries: ({ tenantId }) => allPages((after) => exportAuditEntries(db, tenantId, after)),
  };
}

/** By a running api. */
export function auditOverHttp(api: RunningApi): AuditSource {
  const get = readAdminApi(api, "the audit log");
  const page = ({ tenantId }: AuditLog, after: number) =>
    get<AuditPage & { head: End | null }>(`/audit-logs/${tenantId}?after=${after}`);
  return {
    async logs() {
      return (await get<{ logs: AuditLog[] }>("/audit-logs")).logs;
    },
    checkpointTip: async () =>
      (await get<{ checkpoint: CheckpointTip | null }>("/audit-checkpoint")).checkpoint ?? undefined,
    head: async (log) => (await page(log, Number.MAX_SAFE_INTEGER)).head ?? undefined,
    entries: (log) => allPages((after) => page(log, after)),
  };
}
