import type { AuditEntry, ErrorBody, TenantId } from "@parley/contracts";
import { type CheckpointTip, findCheckpointTip } from "@parley/core/audit/checkpoint-tip";
import { type AuditPage, exportAuditEntries, findAuditHead } from "@parley/core/audit/list-entries";
import { listTenants } from "@parley/core/tenants/find-tenant";
import type { Database } from "@parley/db";
import ky, { isHTTPError } from "ky";
import { OperatorError } from "../operator-error.ts";

type Tenant = { tenantId: TenantId; slug: string };
type End = { seq: number; hash: string };

/** Where audit logs are read. */
export type AuditSource = {
  tenants(): Promise<Tenant[]>;
  /** The newest checkpoint that the database knows of. */
  checkpointTip(): Promise<CheckpointTip | undefined>;
  /** Where the log ends, by what the database says of it. */
  head(tenant: Tenant): Promise<End | undefined>;
  /** All of them, oldest first. */
  entries(tenant: Tenant): AsyncIterable<AuditEntry>;
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
    tenants: () => listTenants(db),
    checkpointTip: () => findCheckpointTip(db),
    head: ({ tenantId }) => findAuditHead(db, tenantId),
    entries: ({ tenantId }) => allPages((after) => exportAuditEntries(db, tenantId, after)),
  };
}

/** A running api, with the installation's admin token. */
export function auditOverHttp({ apiUrl, adminToken }: { apiUrl: string; adminToken: string }): AuditSource {
  const api = ky.create({ headers: { authorization: `Bearer ${adminToken}` }, timeout: 60_000 });
  async function get<T>(path: string): Promise<T> {
    try {
      return await api<T>(`${apiUrl}/admin/v1${path}`).json();
    } catch (error) {
      const told =
        isHTTPError<Partial<ErrorBody>>(error) && typeof error.data === "object" ? error.data.error : undefined;
      if (told?.code === "auth.required")
        throw new OperatorError("The api refused the admin token: check ADMIN_TOKEN.");
      const reason = told?.message ?? (error instanceof Error ? error.message : String(error));
      throw new OperatorError(`The api at ${apiUrl} did not give the audit log: ${reason}`);
    }
  }
  const page = ({ slug }: Tenant, after: number) =>
    get<AuditPage & { head: End | null }>(`/tenants/${encodeURIComponent(slug)}/audit?after=${after}`);
  return {
    async tenants() {
      return (await get<{ tenants: Tenant[] }>("/tenants")).tenants;
    },
    checkpointTip: async () =>
      (await get<{ checkpoint: CheckpointTip | null }>("/audit-checkpoint")).checkpoint ?? undefined,
    head: async (tenant) => (await page(tenant, Number.MAX_SAFE_INTEGER)).head ?? undefined,
    entries: (tenant) => allPages((after) => page(tenant, after)),
  };
}
