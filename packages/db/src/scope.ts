import { TenantId } from "@parley/contracts";
import type { Prefix } from "./scoped-query.ts";
import { statementName } from "./statement-name.ts";

/**
 * In whose name a statement runs: a tenant's id is the role `app` within that tenant, `system` is the outbox, jobs and lookups
 * that come before a tenant is known, `auth` is the schema of accounts. roles.sql says what each may do.
 */
export type Scope = TenantId | "system" | "auth";

/**
 * The settings of a scope, all of them local to the transaction: COMMIT or ROLLBACK takes them back.
 *
 * @param others more of the server's settings, by name
 * @throws TypeError when the scope is no role and no tenant's id
 */
export function enter(
  scope: Scope,
  access: "read" | "write",
  statementTimeoutMs: number,
  others: Readonly<Record<string, string>> = {},
): Prefix {
  const named = scope === "system" || scope === "auth";
  if (!named && !TenantId.safeParse(scope).success) throw new TypeError("A scope is a tenant's id, system or auth");
  const more = Object.keys(others).map((_, index) => `, set_config($${2 * index + 5}, $${2 * index + 6}, true)`);
  const text = settings + more.join("");
  return {
    name: more.length === 0 ? settingsName : statementName(text),
    text,
    values: [
      ...[named ? scope : "app", named ? "" : scope, access === "read" ? "on" : "off", String(statementTimeoutMs)],
      ...Object.entries(others).flat(),
    ],
  };
}

const settings = `select set_config('role', $1, true), set_config('app.tenant_id', $2, true),
  set_config('transaction_read_only', $3, true), set_config('statement_timeout', $4, true)`;
const settingsName = statementName(settings);
