import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** What one request gets. */
export type Behaviour = {
  /** What the model says; by default the first sentence of each of the first two passages, with its citation. */
  text?: string | ((request: ReceivedRequest) => string);
  /** Default: as fast as they can be sent. */
  tokensPerSecond?: number;
  /** In place of the whole answer. */
  status?: number;
  headers?: Record<string, string>;
  /** After so many tokens … */
  afterTokens?: number;
  /** … what happens: silence; the socket is torn; the stream ends; a line that isn't JSON; an error chunk. Then nothing more. */
  fault?: "stall" | "cut" | "end" | "malformed" | "error";
  /** Tools that the model calls after its words, whether it was given any or not. */
  toolCalls?: ToolCall[] | ((request: ReceivedRequest) => ToolCall[]);
  /** Default `stop`. */
  finishReason?: string;
  /** False: no count of tokens comes. */
  usage?: false | { prompt_tokens: number; completion_tokens: number; cached_tokens?: number };
};

type ToolCall = { name: string; input: unknown };

type ReceivedPrompt = {
  passages: { number: number; text: string }[];
  question: string;
};

export type ReceivedRequest = ReceivedPrompt & {
  authorization: string | undefined;
  body: { model: string; stream: boolean; messages: { role: string; content: string }[]; [field: string]: unknown };
  /** The client went away before the answer was complete. */
  aborted: boolean;
  /** Tokens that were sent. */
  sent: number;
};

export type FakeProvider = AsyncDisposable & {
  /** To be given as the base URL of the model. */
  url: string;
  /** In order of arrival. */
  requests: ReceivedRequest[];
  /** What the coming requests get, one each; after that every request gets a normal answer. */
  enqueue(...behaviours: Behaviour[]): void;
  /** Drops what was enqueued and not used. */
  forget(): void;
  close(): Promise<void>;
};

/** A server on loopback that streams chat completions like OpenAI's, and misbehaves on demand. For tests. */
export async function startFakeProvider({ port = 0 }: { port?: number } = {}): Promise<FakeProvider> {
  const behaviours: Behaviour[] = [];
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = JSON.parse(await readBody(request)) as ReceivedRequest["body"];
      const received: ReceivedRequest = {
        ...readPrompt(body.messages.at(-1)?.content ?? ""),
        authorization: request.headers.authorization,
        body,
        aborted: false,
        sent: 0,
      };
      requests.push(received);
      response.on("close", () => {
        received.aborted = !response.writableFinished;
      });
      await behave(behaviours.shift() ?? {}, received, response);
    };
    answer().catch(() => response.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    enqueue: (...more) => void behaviours.push(...more),
    forget() {
      behaviours.length = 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

function readPrompt(content: string): ReceivedPrompt {
  const passages = [...content.matchAll(/<passage number="(\d+)" from="[^"]*">\n([\s\S]*?)\n<\/passage>/g)];
  return {
    passages: passages.map(([, number, text = ""]) => ({ number: Number(number), text })),
    question: /<question>\n([\s\S]*)\n<\/question>/.exec(content)?.[1] ?? "",
  };
}

function quotePassages({ passages }: ReceivedPrompt): string {
  const sentences = passages.slice(0, 2).map(({ number, text }) => {
    const [sentence = ""] = text.replace(/\s+/g, " ").match(/.*?[.!?](?=\s|$)|.+/) ?? [];
    return `${sentence} [${number}]`;
  });
  return sentences.join(" ") || "NO_ANSWER";
}

async function behave(behaviour: Behaviour, received: ReceivedRequest, response: ServerResponse): Promise<void> {
  const { status, headers, text = quotePassages, tokensPerSecond, afterTokens = Infinity, fault } = behaviour;
  if (status !== undefined) {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    // OpenAI repeats a part of the key here, and others what was asked: neither may end in a log.
    const message = `status ${status} for ${received.authorization}: ${received.question}`;
    response.end(JSON.stringify({ error: { message, type: "fake", code: "fake" } }));
    return;
  }

  response.writeHead(200, { "content-type": "text/event-stream", ...headers });
  const send = (data: string) => response.write(`data: ${data}\n\n`);
  const sendChunk = (choices: unknown[], more = {}) =>
    send(
      JSON.stringify({
        id: "fake",
        object: "chat.completion.chunk",
        created: 0,
        model: received.body.model,
        choices,
        ...more,
      }),
    );
  const sendDelta = (delta: unknown, finishReason: string | null = null) =>
    sendChunk([{ index: 0, delta, finish_reason: finishReason }]);

  sendDelta({ role: "assistant", content: "" });
  const whole = typeof text === "string" ? text : text(received);
  // As models cut them: a citation comes in several tokens.
  const tokens = whole.match(/\s?[\p{L}\p{N}]{1,6}|\s|[^\p{L}\p{N}]/gu) ?? [];
  for (const token of tokens.slice(0, afterTokens)) {
    if (response.destroyed) return;
    if (tokensPerSecond !== undefined) await wait(1_000 / tokensPerSecond);
    sendDelta({ content: token });
    received.sent++;
  }
  switch (fault) {
    case "stall":
      return;
    case "cut":
      // What was written has to leave first.
      await new Promise((sent) => response.write("", sent));
      response.destroy();
      return;
    case "malformed":
      response.end('data: {"choices": [{"delta": {"content": \n\n');
      return;
    case "error":
      send(JSON.stringify({ error: { message: received.question, type: "server_error", code: null } }));
      response.end();
      return;
    case "end":
      response.end();
      return;
  }
  const { toolCalls = [] } = behaviour;
  const calls = typeof toolCalls === "function" ? toolCalls(received) : toolCalls;
  for (const [index, { name, input }] of calls.entries()) {
    const call = { name, arguments: JSON.stringify(input) };
    sendDelta({ tool_calls: [{ index, id: `call-${index}`, type: "function", function: call }] });
  }
  sendDelta({}, behaviour.finishReason ?? "stop");
  const { usage = { prompt_tokens: 200, completion_tokens: tokens.length, cached_tokens: 50 } } = behaviour;
  if (usage !== false) {
    const { cached_tokens = 0, ...counts } = usage;
    sendChunk([], { usage: { ...counts, prompt_tokens_details: { cached_tokens } } });
  }
  send("[DONE]");
  response.end();
}
