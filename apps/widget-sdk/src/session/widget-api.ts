import type {
  CitedPassage,
  Conversation,
  ConversationId,
  ErrorBody,
  ErrorCode,
  Message,
  MessageId,
  Visit,
  Vote,
} from "@parley/contracts";

/** A command that was refused or that did not arrive. `network`: no answer, or none of ours. */
export class ApiError extends Error {
  readonly code: ErrorCode | "network";
  /** For how many seconds the server asks to be left alone. */
  readonly retryAfter: number;

  constructor(code: ErrorCode | "network", retryAfter = 0) {
    super(code);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Why a command failed. */
export const codeOf = (error: unknown) => (error instanceof ApiError ? error.code : "network");

/** The widget's commands over HTTP. Each may be repeated: ids are chosen here, so nothing happens twice. */
export type WidgetApi = {
  /** Told once a second how long the server still asks to be left alone; not above 0 when that is over. */
  onWait?(seconds: number): void;
  startVisit(visit: { publishableKey: string; token?: string | undefined }): Promise<Visit>;
  openConversation(token: string, id: ConversationId): Promise<Conversation>;
  postMessage(
    token: string,
    conversationId: ConversationId,
    message: { id: MessageId; text: string },
  ): Promise<Message>;
  handOff(token: string, conversationId: ConversationId): Promise<Conversation>;
  vote(token: string, message: Message, vote: Vote | null): Promise<unknown>;
  getCitedPassage(token: string, message: Message, number: number): Promise<CitedPassage>;
};

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const timeoutMs = 12_000;
/** Before the second attempt, and up to three times as long; the following waits are twice as long each, and the last one is the third. */
const firstDelayMs = 200;
const lastDelayMs = 800;
/** Who is asked to wait longer is told that it failed, and may try again. */
const longestWaitSeconds = 60;
/** Another attempt may fare better. */
const passing: readonly string[] = ["network", "internal", "rate.exceeded", "service.busy"];

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
      const retryAfter = Number(response.headers.get("retry-after")) || 0;
      throw new ApiError(answer.error?.code ?? "network", retryAfter);
    }
    return answer;
  }

  /** The longest pause that the server asks for holds for all that it has refused: one countdown, which only goes down. */
  let untilMs = 0;

  async function request<T>(path: string, token?: string, body?: object): Promise<T> {
    for (let delayMs = firstDelayMs; ; delayMs *= 2) {
      try {
        return await once<T>(path, token, body);
      } catch (cause) {
        const error = cause instanceof ApiError ? cause : new ApiError("network");
        if (delayMs > lastDelayMs || !passing.includes(error.code) || error.retryAfter > longestWaitSeconds)
          throw error;
        untilMs = Math.max(untilMs, Date.now() + error.retryAfter * 1_000);
      }
      for (let wait = 1; wait > 0; ) {
        wait = Math.ceil((untilMs - Date.now()) / 1_000);
        all.onWait?.(wait);
        await pass(wait > 0 ? 1_000 : delayMs * (1 + 2 * Math.random()));
      }
    }
  }

  const all: WidgetApi = {
    startVisit: (visit) => request("visits", undefined, visit),
    openConversation: (token, id) => request("conversations", token, { id }),
    postMessage: (token, id, message) => request(`conversations/${id}/messages`, token, message),
    handOff: (token, id) => request(`conversations/${id}/hand-off`, token, {}),
    vote: (token, { conversationId, id }, vote) =>
      request(`conversations/${conversationId}/messages/${id}/vote`, token, { vote }),
    getCitedPassage: (token, { conversationId, id }, number) =>
      request(`conversations/${conversationId}/messages/${id}/citations/${number}`, token),
  };
  return all;
}
