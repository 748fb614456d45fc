import type { Database } from "@parley/db";
import type { Config } from "@parley/platform/config";
import { createGuardedFetch } from "@parley/platform/http/fetch-guarded";
import { providerAddresses } from "./models/connection.ts";
import { findListPrice } from "./models/list-prices.ts";
import { createModel, type Model } from "./models/model.ts";
import { createWorkspaceModels, type WorkspaceModels } from "./workspace-models.ts";

/** The models of the tenants and of the installation, as the configuration has them. */
export function openModels({
  db,
  config,
}: {
  db: Database;
  config: Pick<Config, "secret" | "openai" | "answerQuality" | "fetchAllowedHosts" | "dashboard">;
}): WorkspaceModels & { close(): Promise<void> } {
  const { secret, fetchAllowedHosts: allowedHosts, dashboard, answerQuality: quality } = config;
  const guarded = createGuardedFetch({ allowedHosts, contact: dashboard.url });
  const installation = openInstallation(config);
  return {
    ...createWorkspaceModels({ db, secret, fetch: guarded.fetch, installation, quality }),
    close: guarded.close,
  };
}

/** The operator named its address, so that nothing guards it. */
function openInstallation({ openai }: Pick<Config, "openai">): Model | undefined {
  if (!openai) return undefined;
  const isOpenai = openai.baseUrl === providerAddresses.openai;
  const today = new Date().toISOString().slice(0, 10);
  const listed = isOpenai ? findListPrice("openai", openai.model, today) : undefined;
  return createModel({ ...openai, prices: openai.prices ?? listed, keyName: "OPENAI_API_KEY" });
}
