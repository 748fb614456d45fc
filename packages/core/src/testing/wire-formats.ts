import type { IncomingHttpHeaders } from "node:http";

/** What a provider counts, as OpenAI says it: the cached tokens are part of the prompt's. */
export type Counts = { prompt_tokens: number; completion_tokens: number; cached_tokens: number };

/** How a provider's models are asked, and how their words come. */
export type WireFormat = {
  name: "openai" | "anthropic" | "google";
  /** The last message that the model was given. */
  lastWords(body: Body): string;
  /** The key that came, as it came. */
  key(headers: IncomingHttpHeaders): string | undefined;
  wantsStream(body: Body, path: string): boolean;
  /** An event each, or nothing. */
  begin(counts: Counts): unknown[];
  delta(text: string): unknown[];
  end(finishReason: string, counts: Counts | undefined): unknown[];
  /** An error in mid-stream. */
  error(message: string): unknown;
  /** The last line, where there is one. */
  last?: string;
  /** The answer as a whole. */
  whole(text: string, counts: Counts): unknown;
};

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is whatever was sent
type Body = any;

const chunk = (choices: unknown[], more = {}) => ({
  ...{ id: "fake", object: "chat.completion.chunk", created: 0, model: "fake" },
  ...{ choices, ...more },
});
const openaiUsage = ({ cached_tokens, ...counts }: Counts) => ({ ...counts, prompt_tokens_details: { cached_tokens } });

const openai: WireFormat = {
  name: "openai",
  lastWords: ({ messages }) => messages.at(-1)?.content ?? "",
  key: ({ authorization }) => authorization,
  wantsStream: ({ stream }) => stream === true,
  begin: () => [chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }])],
  delta: (content) => [chunk([{ index: 0, delta: { content }, finish_reason: null }])],
  end: (finish_reason, counts) => [
    chunk([{ index: 0, delta: {}, finish_reason }]),
    ...(counts ? [chunk([], { usage: openaiUsage(counts) })] : []),
  ],
  error: (message) => ({ error: { message, type: "server_error", code: null } }),
  last: "[DONE]",
  whole: (content, counts) => ({
    ...{ id: "fake", object: "chat.completion", created: 0, model: "fake", usage: openaiUsage(counts) },
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  }),
};

const stopReasons: Record<string, string> = { stop: "end_turn", length: "max_tokens", content_filter: "refusal" };
const anthropicInput = ({ prompt_tokens, cached_tokens }: Counts) => ({
  input_tokens: prompt_tokens - cached_tokens,
  cache_read_input_tokens: cached_tokens,
});
const message = { id: "fake", type: "message", role: "assistant", model: "fake", stop_sequence: null };

const anthropic: WireFormat = {
  name: "anthropic",
  lastWords: ({ messages }) => textOf(messages.at(-1)?.content),
  key: (headers) => headers["x-api-key"] as string | undefined,
  wantsStream: ({ stream }) => stream === true,
  begin: (counts) => [
    {
      type: "message_start",
      message: { ...message, content: [], stop_reason: null, usage: { ...anthropicInput(counts), output_tokens: 1 } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ],
  delta: (text) => [{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }],
  end: (finishReason, counts) => [
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: stopReasons[finishReason] ?? finishReason, stop_sequence: null },
      usage: { output_tokens: counts?.completion_tokens ?? 0 },
    },
    { type: "message_stop" },
  ],
  error: (text) => ({ type: "error", error: { type: "overloaded_error", message: text } }),
  whole: (text, counts) => ({
    ...message,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: { ...anthropicInput(counts), output_tokens: counts.completion_tokens },
  }),
};

const finishReasons: Record<string, string> = { stop: "STOP", length: "MAX_TOKENS", content_filter: "SAFETY" };
const candidate = (parts: unknown[], more = {}) => ({ content: { role: "model", parts }, index: 0, ...more });
const usageMetadata = ({ prompt_tokens, completion_tokens, cached_tokens }: Counts) => ({
  promptTokenCount: prompt_tokens,
  candidatesTokenCount: completion_tokens,
  cachedContentTokenCount: cached_tokens,
  totalTokenCount: prompt_tokens + completion_tokens,
});

const google: WireFormat = {
  name: "google",
  lastWords: ({ contents }) => textOf(contents.at(-1)?.parts),
  key: (headers) => headers["x-goog-api-key"] as string | undefined,
  wantsStream: (_body, path) => path.includes(":streamGenerateContent"),
  begin: () => [],
  delta: (text) => [{ candidates: [candidate([{ text }])] }],
  end: (finishReason, counts) => [
    {
      candidates: [candidate([], { finishReason: finishReasons[finishReason] ?? finishReason })],
      ...(counts && { usageMetadata: usageMetadata(counts) }),
    },
  ],
  error: (text) => ({ error: { code: 503, message: text, status: "UNAVAILABLE" } }),
  whole: (text, counts) => ({
    candidates: [candidate([{ text }], { finishReason: "STOP" })],
    usageMetadata: usageMetadata(counts),
  }),
};

/** Texts of the parts of a message, one behind the other. */
const textOf = (parts: string | { text?: string }[] = "") =>
  typeof parts === "string" ? parts : parts.map(({ text = "" }) => text).join("");

/** By the path that a provider is asked at. */
export const formatOf = (path: string): WireFormat =>
  path.includes("enerateContent") ? google : path.endsWith("/messages") ? anthropic : openai;
