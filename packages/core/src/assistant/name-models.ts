import type { Answerer } from "./answerer.ts";
import type { ComposeDeps } from "./compose-answer.ts";

/** Who writes a tenant's answers, in a line: the same as long as that does not change. */
export function nameModels({ tiers, quality }: Awaited<ReturnType<ComposeDeps["modelsOf"]>>): string {
  const levels = tiers.map(({ models }) => models.map(nameOf).join(", "));
  return levels.length === 0 ? "built-in" : `${levels.join(" > ")} (${quality})`;
}

const nameOf = ({ provider, model, answerer }: Answerer) =>
  model === null ? answerer : provider === null ? model : `${model} of ${provider}`;
