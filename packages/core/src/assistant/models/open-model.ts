import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModel } from "ai";
import type { Connection } from "./connection.ts";

/** The model as the AI SDK calls it, in its provider's own protocol. */
export function openModel({ kind, baseUrl, apiKey = "", fetch }: Connection, model: string): LanguageModel {
  // It is given addresses alone.
  const options = { baseURL: baseUrl, apiKey, ...(fetch && { fetch: fetch as typeof globalThis.fetch }) };
  switch (kind) {
    case "openai":
      // Its other protocol, of responses, keeps what is said for a month.
      return createOpenAI(options).chat(model);
    case "anthropic":
      return createAnthropic(options)(model);
    case "google":
      return createGoogle(options)(model);
    case "openai-compatible": {
      const { apiKey: _, ...address } = options;
      return createOpenAICompatible({ ...address, ...(apiKey && { apiKey }), name: "provider", includeUsage: true })(
        model,
      );
    }
  }
}

/** These think before they write, and at their usual length the visitor would wait for it. Others refuse the setting. */
const thinks: Readonly<Record<Connection["kind"], RegExp>> = {
  openai: /^(gpt-5(\.\d)?(-mini|-nano)?|o1|o3|o3-mini|o4-mini)(-\d{4}-\d\d-\d\d)?$/,
  "openai-compatible": /^(gpt-5(\.\d)?(-mini|-nano)?|o1|o3|o3-mini|o4-mini)(-\d{4}-\d\d-\d\d)?$/,
  anthropic: /^claude-(opus|sonnet|haiku|fable)-5(-\d)?$/,
  google: /^gemini-(2\.5|3(\.\d)?)-(pro|flash|flash-lite)(-preview)?$/,
};

/** Whether the model is to be told to think little. */
export const isToThinkLittle = ({ kind }: Connection, model: string) => thinks[kind].test(model);
