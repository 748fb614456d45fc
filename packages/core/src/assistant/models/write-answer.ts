import { setTimeout as wait } from "node:timers/promises";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type LanguageModelUsage, streamText } from "ai";
import * as z from "zod";
import type { Ending, Question, Usage, WriteOptions } from "../answerer.ts";
import { noAnswer } from "../instructions.ts";
import { describeFailure, type Failure } from "./describe-failure.ts";
import type { ModelOptions } from "./model.ts";
import { type Prompt, writePrompt } from "./prompt.ts";

const defaultRetryDelaysMs = [500, 2_000];
/** A provider that asks for more patience than this has none of ours: the visitor is told. */
const longestDelayMs = 5_000;
const unknownUsage: Usage = { inputTokens: null, cachedTokens: null, outputTokens: null };
const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
/** These think before they write, and at their usual length the visitor would wait for it. Others refuse the setting. */
const thinks = /^(gpt-5(\.\d)?(-mini|-nano)?|o1|o3|o3-mini|o4-mini)(-\d{4}-\d\d-\d\d)?$/;

type StreamEnd = { usage: Usage } & ({ complete: true } | { complete: false; failure: Failure });

/**
 * One answer of the model, word by word. A provider that fails before the first word is asked again after a while; after it, what
 * came is all there is.
 */
export async function* writeAnswer(
  options: ModelOptions,
  question: Question,
  { signal, timeoutMs, idleTimeoutMs }: WriteOptions,
): AsyncGenerator<string, Ending> {
  const prompt = writePrompt(question);
  const deadline = AbortSignal.timeout(timeoutMs);
  const delays = options.retryDelaysMs ?? defaultRetryDelaysMs;

  for (let attempt = 0; ; attempt++) {
    const words = streamWords(options, prompt, { signal, deadline, timeoutMs, idleTimeoutMs });
    const { value, said } = yield* unlessDeclined(words);
    const { usage } = value;
    if (said === "declined") return { how: "declined", reason: null, usage };
    if (value.complete) return { how: "complete", reason: null, usage };

    const { reason, retryAfterMs } = value.failure;
    const backoffMs = delays[attempt];
    const givenUp: Ending = { how: "cut_off", reason, usage };
    if (said === "something" || retryAfterMs === undefined || backoffMs === undefined) return givenUp;
    const delayMs = Math.max(backoffMs * (0.75 + Math.random() / 2), retryAfterMs);
    if (delayMs > longestDelayMs) return givenUp;
    await wait(delayMs, undefined, { signal });
  }
}

/** Passes words on, once it is clear that they aren't the model's word for having no answer. */
async function* unlessDeclined(
  words: AsyncGenerator<string, StreamEnd>,
): AsyncGenerator<string, { value: StreamEnd; said: "nothing" | "something" | "declined" }> {
  let held = "";
  let said: "nothing" | "something" | "declined" = "nothing";
  await using reading = words;
  for (;;) {
    const { value, done } = await reading.next();
    if (done) {
      if (said === "nothing" && held !== "" && value.complete) yield held;
      return { value, said };
    }
    if (said === "something") {
      yield value;
    } else if (said === "nothing") {
      held += value;
      const beginning = held.replace(/^[^\p{L}\p{N}]+/u, "");
      if (beginning.startsWith(noAnswer)) {
        said = "declined";
      } else if (!noAnswer.startsWith(beginning)) {
        said = "something";
        yield held;
      }
    }
  }
}

/** The words of one request, and how it ended. Every failure is an ending; only `signal` throws. */
async function* streamWords(
  { baseUrl, apiKey, model }: ModelOptions,
  { instructions, messages }: Prompt,
  { signal, deadline, timeoutMs, idleTimeoutMs }: WriteOptions & { deadline: AbortSignal },
): AsyncGenerator<string, StreamEnd> {
  const provider = createOpenAICompatible({
    name: "provider",
    baseURL: baseUrl,
    ...(apiKey && { apiKey }),
    includeUsage: true,
  });
  const request = new AbortController();
  const silence = setTimeout(() => request.abort(), idleTimeoutMs);
  let usage = unknownUsage;
  const failed = (error: unknown): StreamEnd => {
    signal.throwIfAborted();
    const timedOut = deadline.aborted
      ? `the answer was not complete after ${timeoutMs} ms`
      : request.signal.aborted && `the provider said nothing for ${idleTimeoutMs} ms`;
    const failure: Failure = timedOut ? { reason: timedOut, retryAfterMs: undefined } : describeFailure(error);
    return { complete: false, failure, usage: failure.isRefusal ? noUsage : usage };
  };
  try {
    signal.throwIfAborted();
    const { stream } = streamText({
      model: provider(model),
      instructions,
      messages,
      maxRetries: 0,
      abortSignal: AbortSignal.any([signal, deadline, request.signal]),
      ...(thinks.test(model) && { reasoning: "low" }),
      // By default it prints them, with the prompt. They come in the stream as well.
      onError: () => undefined,
    });
    for await (const part of stream) {
      silence.refresh();
      switch (part.type) {
        case "text-delta":
          yield part.text;
          break;
        case "error":
          return failed(part.error);
        case "abort":
          return failed(undefined);
        case "finish":
          usage = readUsage(part.totalUsage);
          // Some servers have reasons of their own to say that all is said.
          if (part.finishReason === "stop" || part.finishReason === "other") return { complete: true, usage };
          return failed(part.finishReason);
      }
    }
    return failed(undefined);
  } catch (error) {
    return failed(error);
  } finally {
    clearTimeout(silence);
    request.abort();
  }
}

function readUsage({ inputTokens, inputTokenDetails, outputTokens }: LanguageModelUsage): Usage {
  return {
    inputTokens: readCount(inputTokens),
    cachedTokens: readCount(inputTokenDetails.cacheReadTokens),
    outputTokens: readCount(outputTokens),
  };
}

/** What is no count of tokens is not known, rather than a reason to lose the answer: the receipt could not be stored. */
const readCount = (tokens: number | undefined): number | null => z.int32().nonnegative().safeParse(tokens).data ?? null;
