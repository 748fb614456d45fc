import type { Config } from "@parley/platform/config";
import { createGuardedFetch } from "@parley/platform/http/fetch-guarded";
import { createSeal } from "../sealing/seal.ts";
import { createEmbedderCircuits } from "./embedders/embedder-circuits.ts";
import { createMinilmEmbedder } from "./embedders/minilm.ts";
import { createOpenaiEmbedder } from "./embedders/openai-embedder.ts";
import type { Embedder } from "./passage.ts";

/** The built-in embedder, with what the installation and its tenants may have in its place. @returns when the model is loaded */
export async function openEmbedders({
  config,
}: {
  config: Pick<Config, "embedder" | "fetchAllowedHosts" | "dashboard" | "secret">;
}): Promise<Embedder> {
  const builtIn = await createMinilmEmbedder();
  const guarded = createGuardedFetch({ allowedHosts: config.fetchAllowedHosts, contact: config.dashboard.url });
  const { seal, open } = createSeal(config.secret, "keys of embedders");
  const installation = config.embedder && createOpenaiEmbedder({ ...config.embedder, fetch: globalThis.fetch });
  return {
    ...builtIn,
    others: {
      installation,
      open: (server) => createOpenaiEmbedder({ ...server, fetch: guarded.fetch }),
      seal,
      unseal: open,
      circuits: createEmbedderCircuits(),
    },
    async close() {
      await installation?.close();
      await guarded.close();
      await builtIn.close();
    },
  };
}
