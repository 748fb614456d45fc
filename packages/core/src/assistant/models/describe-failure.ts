import { FetchError } from "@parley/platform/http/fetch-error";
import { AISDKError, APICallError, ToolChoiceViolationError } from "ai";

export type Failure = {
  /** For the receipt and the log: it holds no word of the prompt, of the answer or of the key, unlike the provider's own message. */
  reason: string;
  /** How long the provider wants to be left alone; undefined: asking again would change nothing. */
  retryAfterMs: number | undefined;
  /** It speaks against the provider, and not against this question or this model. */
  isProvidersFault: boolean;
  /** The provider refused it before it began: nothing was read, so nothing is paid. */
  isRefused: boolean;
};

const brokeOff = "the provider broke off";

/**
 * @param error what the AI SDK threw or reported, an unusual finish reason of the provider's, or `endless`
 * @param keyName where whoever runs the installation set the key
 */
export function describeFailure(error: unknown, keyName?: string): Failure {
  if (APICallError.isInstance(error)) return describeCall(error, keyName);
  if (error instanceof FetchError) {
    return { reason: `the provider can't be asked: ${error.message}`, retryAfterMs: undefined, ...refused(false) };
  }
  if (error === "length") return ofThisQuestion("the answer reached the model's limit of length");
  if (error === "content-filter") return ofThisQuestion("the provider's content filter stopped it");
  if (error === "endless") return ofThisQuestion("the model did not come to an end");
  if (error === "tool-calls" || ToolChoiceViolationError.isInstance(error)) {
    return ofThisQuestion("the model kept looking things up instead of answering");
  }
  const reason = AISDKError.isInstance(error) ? `the provider's stream was faulty (${error.name})` : brokeOff;
  return { reason, retryAfterMs: 0, isProvidersFault: true, isRefused: false };
}

function describeCall(
  { statusCode: status, isRetryable, responseHeaders, cause }: APICallError,
  keyName: string | undefined,
): Failure {
  if (status === undefined) {
    const reason =
      cause instanceof FetchError ? `the provider can't be asked: ${cause.message}` : "the provider can't be reached";
    return { reason, retryAfterMs: isRetryable ? 0 : undefined, ...refused(true) };
  }
  if (status < 400) return { reason: brokeOff, retryAfterMs: 0, isProvidersFault: true, isRefused: false };
  const retryAfterMs = isRetryable ? readRetryAfterMs(responseHeaders) : undefined;
  return { reason: describeStatus(status, keyName), retryAfterMs, ...refused(![400, 404, 413, 422].includes(status)) };
}

const refused = (isProvidersFault: boolean) => ({ isProvidersFault, isRefused: true });
const ofThisQuestion = (reason: string): Failure => ({
  reason,
  retryAfterMs: undefined,
  isProvidersFault: false,
  isRefused: false,
});

function describeStatus(status: number, keyName: string | undefined): string {
  const check = keyName === undefined ? "" : `: check ${keyName}`;
  if (status === 401 || status === 403) return `the provider refused the API key (${status})${check}`;
  if (status === 404) return "the provider knows no such model, or its address is wrong (404)";
  if (status === 429) return "the provider's rate limit or quota is exhausted (429)";
  return `the provider answered with status ${status}`;
}

/** As a number of seconds, as some providers say more exactly in milliseconds, or as a date. */
function readRetryAfterMs(headers: Record<string, string> = {}): number {
  const after = headers["retry-after"] ?? "";
  const candidates = [Number(headers["retry-after-ms"]), Number(after) * 1_000, Date.parse(after) - Date.now()];
  return candidates.find((ms) => Number.isFinite(ms) && ms > 0) ?? 0;
}
