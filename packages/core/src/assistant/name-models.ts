import { createHash } from "node:crypto";
import type { Answerer } from "./answerer.ts";
import type { ComposeDeps } from "./compose-answer.ts";

/** Who writes a tenant's answers, in a line: the same as long as that does not change. */
export function nameModels({ tiers, quality }: Awaited<ReturnType<ComposeDeps["modelsOf"]>>): string {
  const levels = tiers.map(({ models }) => models.map(nameOf).join(", "));
  return levels.length === 0 ? "built-in" : `${levels.join(" > ")} (${quality})`;
}

const nameOf = ({ provider, model, answerer }: Answerer) =>
  model === null ? answerer : provider === null ? model : `${model} of ${provider}`;

/** At which servers that is, in some characters: the same as long as none has another address; "" where no model is asked. */
export function markServers({ tiers }: Awaited<ReturnType<ComposeDeps["modelsOf"]>>): string {
  const servers = tiers.flatMap(({ models }) => models.flatMap(({ server }) => server ?? []));
  return servers.length === 0 ? "" : createHash("sha256").update(servers.join(" ")).digest("base64url");
}
