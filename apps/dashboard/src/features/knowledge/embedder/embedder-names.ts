import type { EmbedderKind } from "./use-embedder.ts";

/** What each kind is called, and what it means for whoever chooses. */
export const embedderNames: Record<EmbedderKind, { label: string; means: string }> = {
  "built-in": { label: "Built in", means: "Knows English, runs on this machine, and sends nothing anywhere." },
  installation: { label: "The installation's", means: "What whoever runs Parley here has set up." },
  openai: { label: "OpenAI", means: "Knows many languages. Passages and questions are sent to OpenAI." },
  "openai-compatible": {
    label: "Another server",
    means: "Any server that speaks OpenAI's protocol. Passages and questions are sent to it.",
  },
};

/** The embedder in a few words. */
export const describeEmbedder = ({ kind, model }: { kind: EmbedderKind; model: string | null }): string =>
  model === null ? embedderNames[kind].label : `${embedderNames[kind].label}: ${model}`;
