import { callApi } from "@parley/client/api";
import type { ErrorBody } from "@parley/contracts";
import type { AppRouter } from "@parley/core/router";
import { TRPCClientError } from "@trpc/client";
import { workspaceHeaders } from "../../session/chosen-workspace.ts";
import { presenceHeaders } from "../../session/presence.ts";
import type { ApiError, ApiInputs, ApiOutputs } from "../../trpc.ts";

type Part = ApiOutputs["assistant"]["playground"]["ask"] extends AsyncIterable<infer Each> ? Each : never;
export type PlaygroundAnswer = Extract<Part, { answer: unknown }>["answer"];

/** Longer than the server allows an answer. */
const timeoutMs = 90_000;

/**
 * Asks as a visitor would.
 *
 * @param onWords hears the words of the answer as they come
 * @returns the answer, with all its words
 * @throws ApiError; the signal's reason
 */
export async function askPlayground(
  apiUrl: string,
  asked: ApiInputs["assistant"]["playground"]["ask"],
  { signal, onWords }: { signal: AbortSignal; onWords: (words: string) => void },
): Promise<PlaygroundAnswer> {
  try {
    const response = await callApi(apiUrl, "/api/playground/ask", {
      method: "POST",
      body: JSON.stringify(asked),
      headers: { ...presenceHeaders("person"), ...workspaceHeaders() },
      timeoutMs,
      signal,
    });
    if (!response.ok || !response.body) throw refusalOf(response, await response.json());
    for await (const line of linesOf(response.body)) {
      const part = JSON.parse(line) as Part | ErrorBody;
      if ("error" in part) throw refusalOf(response, part);
      if ("answer" in part) return part.answer;
      onWords(part.words);
    }
    throw new Error("the answer broke off");
  } catch (error) {
    signal.throwIfAborted();
    throw TRPCClientError.from(error as Error);
  }
}

/** As a procedure's refusal is told. */
function refusalOf(response: Response, { error }: ErrorBody): ApiError {
  const { code, message, requestId } = error;
  const data = { code: "BAD_REQUEST", httpStatus: response.status, appCode: code, requestId } as const;
  return TRPCClientError.from<AppRouter>({ error: { code: -32_600, message, data } }, { meta: { response } });
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
