import { listMonths, type MonthOfModel, type Months } from "@parley/core/costs/list-months";
import { listTenants, type NamedTenant } from "@parley/core/tenants/find-tenant";
import type { Database } from "@parley/db";
import { type RunningApi, readAdminApi } from "../admin-api.ts";

/** Where the ledgers are read. */
export type CostsSource = {
  tenants(): Promise<NamedTenant[]>;
  months(tenant: NamedTenant, months: Months): Promise<MonthOfModel[]>;
};

export function costsOfDatabase(db: Database): CostsSource {
  return {
    tenants: () => listTenants(db),
    months: ({ tenantId }, months) => listMonths(db, tenantId, months),
  };
}

export function costsOverHttp(api: RunningApi): CostsSource {
  const get = readAdminApi(api, "the costs");
  return {
    tenants: async () => (await get<{ tenants: NamedTenant[] }>("/tenants")).tenants,
    months: async ({ slug }, { from, until }) =>
      (await get<{ months: MonthOfModel[] }>(`/tenants/${slug}/costs?from=${from}&until=${until}`)).months,
  };
}
