import type { ModelProviderKind } from "@parley/contracts";

/** How a provider of models is reached. */
export type Connection = {
  kind: ModelProviderKind;
  /** Up to and including the version, as `/v1`. */
  baseUrl: string;
  /** Servers on one's own machine often need none. */
  apiKey?: string | undefined;
  /** How its address is called; by default without a guard, which is for addresses that the operator named. */
  fetch?: ((address: string | URL, init?: RequestInit) => Promise<Response>) | undefined;
};

/** Where each provider is. They are said aloud each time: the AI SDK would take them from the environment, with a tenant's key. */
export const providerAddresses: Readonly<Record<Exclude<ModelProviderKind, "openai-compatible">, string>> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com/v1",
  google: "https://generativelanguage.googleapis.com/v1beta",
};
