import type {
  CitedPassage,
  Conversation,
  ConversationId,
  ErrorBody,
  ErrorCode,
  Message,
  MessageId,
  Visit,
} from "@parley/contracts";

/** A command that was refused or that did not arrive. `network`: no answer, or none of ours. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode | "network";
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number;

  constructor(
    code: ErrorCode | "network",
    { retryAfterMs = 0, cause }: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(code, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The widget's commands over HTTP. Each may be repeated: ids are chosen here, so nothing happens twice. */
export type WidgetApi = {
  startVisit(visit: { publishableKey: string; token?: string | undefined }): Promise<Visit>;
  openConversation(token: string, id: ConversationId): Promise<Conversation>;
  postMessage(
    token: string,
    conversationId: ConversationId,
    message: { id: MessageId; text: string },
  ): Promise<Message>;
  handOff(token: string, conversationId: ConversationId): Promise<Conversation>;
  getCitedPassage(token: string, message: Message, number: number): Promise<CitedPassage>;
};

const timeoutMs = 12_000;
/** Before the second attempt; the following waits are twice as long each. */
const firstDelayMs = 400;
const attempts = 4;
/** Who is asked to wait longer is told that it failed, and may try again. */
const longestDelayMs = 60_000;
/** Another attempt may fare better. */
const passing: ReadonlySet<string> = new Set(["network", "service.busy", "internal", "rate.exceeded"]);

/**
 * @param api where the api is, without a path
 * @returns commands that are tried up to four times before they fail with an `ApiError`
 */
export function createWidgetApi(api: string): WidgetApi {
  const base = `${api.replace(/\/+$/, "")}/widget/v1/`;

  async function once<T>(path: string, token: string | undefined, body: object | undefined): Promise<T> {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const init: RequestInit = { headers, credentials: "omit", signal: AbortSignal.timeout(timeoutMs) };
    if (body) {
      headers["content-type"] = "application/json";
      init.method = "POST";
      init.body = JSON.stringify(body);
    }
    const response = await fetch(base + path, init);
    const answer = (await response.json()) as T & Partial<ErrorBody>;
    if (!response.ok) {
      // A proxy may name a date instead of seconds: our own growing waits will do then.
      const retryAfterMs = Number(response.headers.get("retry-after")) * 1_000 || 0;
      throw new ApiError(answer.error?.code ?? "network", { retryAfterMs });
    }
    return answer;
  }

  async function request<T>(path: string, token?: string, body?: object): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      let askedMs: number;
      try {
        return await once<T>(path, token, body);
      } catch (cause) {
        const error = cause instanceof ApiError ? cause : new ApiError("network", { cause });
        if (attempt === attempts || !passing.has(error.code) || error.retryAfterMs > longestDelayMs) throw error;
        askedMs = error.retryAfterMs;
      }
      const delayMs = firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, askedMs + delayMs));
    }
  }

  return {
    startVisit: (visit) => request("visits", undefined, visit),
    openConversation: (token, id) => request("conversations", token, { id }),
    postMessage: (token, id, message) => request(`conversations/${id}/messages`, token, message),
    handOff: (token, id) => request(`conversations/${id}/hand-off`, token, {}),
    getCitedPassage: (token, { conversationId, id }, number) =>
      request(`conversations/${conversationId}/messages/${id}/citations/${number}`, token),
  };
}
