import { generateText } from "ai";
import type { Tested } from "../workspace-models.ts";
import type { Connection } from "./connection.ts";
import { describeFailure } from "./describe-failure.ts";
import { isToThinkLittle, openModel } from "./open-model.ts";

const timeoutMs = 20_000;

/** Asks a model for a word, to see whether address, key and name are right. It costs what some tokens cost. @throws the signal's reason */
export async function tryModel(connection: Connection, model: string, signal: AbortSignal): Promise<Tested> {
  const began = performance.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    await generateText({
      model: openModel(connection, model),
      prompt: "Reply with the word yes.",
      maxOutputTokens: 64,
      maxRetries: 0,
      abortSignal: AbortSignal.any([signal, timeout]),
      ...(isToThinkLittle(connection, model) && { reasoning: "low" }),
    });
    return { works: true, durationMs: Math.round(performance.now() - began) };
  } catch (error) {
    signal.throwIfAborted();
    const reason = timeout.aborted
      ? `the provider said nothing for ${timeoutMs / 1_000} seconds`
      : describeFailure(error).reason;
    return { works: false, reason };
  }
}
