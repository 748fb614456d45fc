// What differs from the one rule for a tenant's table: what `app` may not do, what `system` may, and the one key that spans tenants.
// A change here is a decision: say why.

export const commands = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
export type Command = (typeof commands)[number];

const app: Readonly<Record<string, readonly Command[]>> = {
  // A log is added to and read.
  audit_log: ["SELECT", "INSERT"],
  // So are the versions of the assistant's settings.
  assistant_settings: ["SELECT", "INSERT"],
  // The log's end moves on, and is never away.
  audit_heads: ["SELECT", "INSERT", "UPDATE"],
  // So is the ledger, and its sums are never away.
  spending: ["SELECT", "INSERT"],
  spending_months: ["SELECT", "INSERT", "UPDATE"],
  // Once told is told.
  budget_alerts: ["SELECT", "INSERT", "UPDATE"],
};

/** What a tenant may do with its own rows. */
export const allowedToApp = (table: string): readonly Command[] => app[table] ?? commands;

/** `grants`: as the catalogue has them, with the columns where a right is on some alone. */
type Exception = { grants: readonly string[]; policies: Readonly<Record<string, string>> };

const system: Readonly<Record<string, Exception>> = {
  // The command line names a tenant before it stands in it.
  tenants: {
    grants: ["system:SELECT(tenant_id, slug, name, require_second_factor)"],
    policies: { system_select: "true" },
  },
  // Which tenants a signed-in user belongs to.
  members: {
    grants: ["system:SELECT(tenant_id, id, user_id, name, role, removed_at)"],
    policies: { system_select: "true" },
  },
  // The relay.
  outbox: { grants: ["system:DELETE", "system:SELECT"], policies: { system_delete: "true", system_select: "true" } },
  // The checkpoints of the audit log, kept outside the database: counts and hashes.
  audit_heads: { grants: ["system:SELECT"], policies: { system_select: "true" } },
  // Whoever mails what budgets have reached.
  budget_alerts: {
    grants: ["system:SELECT(tenant_id, mailed_at)"],
    policies: { system_select: "(mailed_at IS NULL)" },
  },
  // Sites that are to be read again.
  sources: {
    grants: ["system:SELECT(tenant_id, id, next_crawl_at)"],
    policies: { system_select: "(next_crawl_at IS NOT NULL)" },
  },
  // The sweep for answers that no worker holds.
  runs: {
    grants: ["system:SELECT(tenant_id, id, conversation_id, status, lease_until, created_at)"],
    policies: { system_select: "(status = ANY (ARRAY['queued'::text, 'running'::text]))" },
  },
};

export const allowedToSystem = (table: string): Exception => system[table] ?? { grants: [], policies: {} };
export const visibleToSystem = (table: string): boolean => table in system;

/** A tenant's slug is its name in addresses, so two tenants can't have the same. */
export const keysAcrossTenants: readonly string[] = ["tenants_slug_key"];

/** Made of partitions, one for each tenant that needs it. */
export const partitioned: readonly string[] = ["nearest"];

/** What a tenant's transaction may do with the owner's rights: it names no tenant, so it is bound to its own. */
export const ownersFunctions: readonly string[] = ["app.make_vector_index(text,integer)"];
