import { AISDKError, APICallError } from "ai";

export type Failure = {
  /** For the receipt and the log: it holds no word of the prompt, of the answer or of the key, unlike the provider's own message. */
  reason: string;
  /** How long the provider wants to be left alone; undefined: asking again would change nothing. */
  retryAfterMs: number | undefined;
  /** The provider did not take the question, so it took no tokens. */
  isRefusal?: true;
};

const brokeOff: Failure = { reason: "the provider broke off", retryAfterMs: 0 };

/** @param error what the AI SDK threw or reported, or an unusual finish reason of the provider's */
export function describeFailure(error: unknown): Failure {
  if (APICallError.isInstance(error)) {
    const { statusCode, isRetryable, responseHeaders } = error;
    if (statusCode !== undefined && statusCode < 400) return brokeOff;
    return {
      reason: statusCode === undefined ? "the provider can't be reached" : describeStatus(statusCode),
      retryAfterMs: isRetryable ? retryAfterMs(responseHeaders) : undefined,
      isRefusal: true,
    };
  }
  if (error === "length") return { reason: "the answer reached the model's limit of length", retryAfterMs: undefined };
  if (error === "content-filter")
    return { reason: "the provider's content filter stopped it", retryAfterMs: undefined };
  if (AISDKError.isInstance(error)) {
    return { reason: `the provider's stream was faulty (${error.name})`, retryAfterMs: 0 };
  }
  return brokeOff;
}

function describeStatus(status: number): string {
  if (status === 401 || status === 403) return `the provider refused the API key (${status}): check OPENAI_API_KEY`;
  if (status === 404) return "the provider knows no such model, or its address is wrong (404)";
  if (status === 429) return "the provider's rate limit or quota is exhausted (429)";
  return `the provider answered with status ${status}`;
}

function retryAfterMs(headers: Record<string, string> | undefined): number {
  const seconds = Number(headers?.["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}
