import { createHash, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { EmbedderError, type EmbedderFault } from "../embedder-error.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { Embedder, EmbedOptions } from "../passage.ts";

/** Texts of one request. OpenAI takes 2,048 and other servers fewer: 32 is what the least of them take. */
const textsPerRequest = 32;
/** UTF-16 code units of a text, below the 8,191 tokens that OpenAI takes of one in nearly any language. */
const longestText = 16_000;
/** A person waits for the one kind, and a job that is tried again anyway makes the other: others' jobs wait behind it. */
const patience = {
  urgent: { timeoutMs: 5_000, retryDelaysMs: [200] },
  patient: { timeoutMs: 30_000, retryDelaysMs: [1_000, 2_000, 4_000] },
} as const;
/** A server that asks for more patience than this is asked again by whoever tries the whole job again. */
const longestDelayMs = 10_000;
/** For which a server is left alone that a job has waited for in vain. */
const restAfterTimeoutMs = 30_000;

/** By these a server speaks of the key, the model, or how much it is asked for. All others come of texts as well, 500 of long ones. */
const saysItself: ReadonlySet<number> = new Set([401, 402, 403, 404, 429]);

const Answer = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()) })),
  usage: z
    .object({ prompt_tokens: z.int().nonnegative().nullish(), total_tokens: z.int().nonnegative().nullish() })
    .nullish(),
});

export type OpenaiEmbedderOptions = {
  /** Of a server that speaks OpenAI's protocol, up to and including `/v1`. */
  baseUrl: string;
  apiKey: string | undefined;
  model: string;
  /** What its vectors have to have. */
  dimensions: number;
  fetch: (address: string, init: RequestInit) => Promise<Response>;
  /** Waits so many milliseconds; for tests. */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

/** Embeddings of OpenAI, or of any server that speaks its protocol. Nothing is sent before the first text. */
export function createOpenaiEmbedder(options: OpenaiEmbedderOptions): Embedder {
  const { baseUrl, apiKey, model, dimensions } = options;
  const pause = options.pause ?? ((ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }));
  const closed = new AbortController();
  const place = createHash("sha256").update(baseUrl).digest("hex").slice(0, 8);

  /** Of so many texts, whole. */
  async function request(texts: readonly string[], { urgent = false, signal, onSpent }: EmbedOptions) {
    const { timeoutMs, retryDelaysMs } = urgent ? patience.urgent : patience.patient;
    const stopped = AbortSignal.any(signal ? [closed.signal, signal] : [closed.signal]);
    for (let attempt = 0; ; attempt += 1) {
      const asked = await ask(texts, AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)])).catch(
        (error: unknown) => {
          stopped.throwIfAborted();
          if (error instanceof EmbedderError) return { error, delayMs: undefined };
          const isTimeout = error instanceof Error && error.name === "TimeoutError";
          const restMs = isTimeout && !urgent ? restAfterTimeoutMs : undefined;
          // Who has waited for a question in vain does not wait to learn why.
          const blame = isTimeout && urgent ? "server" : "unclear";
          return { error: new EmbedderError("embedder.unreachable", { cause: error, restMs, blame }), delayMs: restMs };
        },
      );
      if (!("error" in asked)) {
        const { tokens } = asked;
        const about = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
        const counted = tokens === undefined ? "tokenizer" : "provider";
        onSpent?.({
          id: randomUUID(),
          provider: new URL(baseUrl).hostname,
          model,
          inputTokens: tokens ?? about,
          countedBy: counted,
        });
        return asked.vectors;
      }
      const usual = retryDelaysMs[attempt];
      const delayMs = Math.max(usual ?? 0, asked.delayMs ?? 0);
      const isPassing = asked.error.code === "embedder.limited" || asked.error.code === "embedder.unreachable";
      if (!isPassing || usual === undefined || delayMs > (urgent ? usual : longestDelayMs)) throw asked.error;
      await pause(delayMs, stopped);
    }
  }

  async function ask(texts: readonly string[], signal: AbortSignal) {
    const response = await options.fetch(`${baseUrl}/embeddings`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, input: texts, encoding_format: "float", ...(isFlexible(model) && { dimensions }) }),
      redirect: "manual",
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      const { status, headers } = response;
      const delayMs = delayOf(headers.get("retry-after"));
      const error = new EmbedderError(faultOf(status), {
        detail: `status ${status}`,
        restMs: delayMs,
        blame: delayMs !== undefined || saysItself.has(status) ? "server" : "unclear",
      });
      return { error, delayMs };
    }
    const { data, usage } = parse(await response.text());
    const tokens = usage?.prompt_tokens ?? usage?.total_tokens ?? undefined;
    return { vectors: readVectors(data, texts.length), tokens };
  }

  function readVectors(data: z.infer<typeof Answer>["data"], count: number): Float32Array[] {
    if (data.length !== count) throw faulty(`${data.length} vectors for ${count} texts`);
    const vectors: Float32Array[] = [];
    for (const { index, embedding } of data) {
      if (embedding.length !== dimensions) throw faulty(`vectors of ${embedding.length} dimensions, not ${dimensions}`);
      const length = Math.hypot(...embedding);
      if (!(length > 0) || index >= count || vectors[index]) throw faulty("a vector without length or place");
      vectors[index] = Float32Array.from(embedding, (value) => value / length);
    }
    return vectors;
  }

  return {
    id: `${model}.${dimensions}.${place}`,
    dimensions,
    async embed(texts, embedOptions = {}) {
      const cut = texts.map((text) => (text.trim() === "" ? "-" : text.slice(0, longestText).toWellFormed()));
      const vectors: Float32Array[] = [];
      for (let from = 0; from < cut.length; from += textsPerRequest) {
        vectors.push(...(await request(cut.slice(from, from + textsPerRequest), embedOptions)));
      }
      return vectors;
    },
    async close() {
      closed.abort(new Error("The embedder was closed"));
    },
  };
}

/** Some servers answer so to texts that they can't take, with a number that is none. */
const faulty = (detail: string, cause?: unknown) =>
  new EmbedderError("embedder.faulty", { detail, cause, blame: "unclear" });

function parse(text: string) {
  try {
    return Answer.parse(JSON.parse(text));
  } catch (cause) {
    throw faulty("no answer of the protocol's shape", cause);
  }
}

/** OpenAI's newer models make vectors as short as they are asked to; other servers may refuse the wish. */
const isFlexible = (model: string) => /^text-embedding-3-/.test(model);

function faultOf(status: number): EmbedderFault {
  if (status === 429) return "embedder.limited";
  if (status >= 500 || status === 408) return "embedder.unreachable";
  return status >= 400 ? "embedder.refused" : "embedder.faulty";
}

/** As HTTP has it: seconds, or a date. */
function delayOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = Number(retryAfter);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
