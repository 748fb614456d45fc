import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { formatOf, type WireFormat } from "./wire-formats.ts";

/** What one request gets. */
export type Behaviour = {
  /** What the model says; by default the first sentence of each of the first two passages, with its citation. */
  text?: string | ((request: ReceivedRequest) => string);
  /** Into how many pieces its words are cut; by default as models cut them. */
  pieces?: number;
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
  finishReason?: string | ((request: ReceivedRequest) => string);
  /** False: no count of tokens comes. */
  usage?: false | { prompt_tokens: number; completion_tokens: number; cached_tokens?: number };
};

type ToolCall = { name: string; input: unknown };

/** As it comes in OpenAI's protocol; others have fields of their own. */
type ReceivedMessage = {
  role: string;
  content: string;
  tool_calls?: { function: { name: string; arguments: string } }[];
};

type ReceivedPrompt = {
  passages: { number: number; text: string }[];
  question: string;
};

export type ReceivedRequest = ReceivedPrompt & {
  /** The protocol that it came in. */
  format: WireFormat["name"];
  /** The key, as it came. */
  authorization: string | undefined;
  body: { model: string; stream: boolean; messages: ReceivedMessage[]; [field: string]: unknown };
  /** The client went away before the answer was complete. */
  aborted: boolean;
  /** Tokens that were sent. */
  sent: number;
  /** By `performance.now()`: when it had come, and when its first citation and its last token were sent. */
  times: { came: number; cited: number; last: number };
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

/**
 * A server on loopback that streams chat completions like OpenAI's, messages like Anthropic's and contents like Google's, and misbehaves on
 * demand. For tests.
 */
export async function startFakeProvider({ port = 0 }: { port?: number } = {}): Promise<FakeProvider> {
  const behaviours: Behaviour[] = [];
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = JSON.parse(await readBody(request)) as ReceivedRequest["body"];
      const path = URL.parse(request.url ?? "", "http://fake")?.pathname ?? "";
      const format = formatOf(path);
      const received: ReceivedRequest = {
        ...readPrompt(format.lastWords(body)),
        format: format.name,
        authorization: format.key(request.headers),
        body,
        aborted: false,
        sent: 0,
        times: { came: performance.now(), cited: Number.NaN, last: Number.NaN },
      };
      requests.push(received);
      response.on("close", () => {
        received.aborted = !response.writableFinished;
      });
      const isStreamed = format.wantsStream(body, path);
      await behave(behaviours.shift() ?? {}, received, response, { format, isStreamed });
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

async function behave(
  behaviour: Behaviour,
  received: ReceivedRequest,
  response: ServerResponse,
  { format, isStreamed }: { format: WireFormat; isStreamed: boolean },
): Promise<void> {
  const { status, headers, text = quotePassages, pieces, tokensPerSecond, afterTokens = Infinity, fault } = behaviour;
  if (status !== undefined) {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    // OpenAI repeats a part of the key here, and others what was asked: neither may end in a log.
    const message = `status ${status} for ${received.authorization}: ${received.question}`;
    response.end(JSON.stringify({ type: "error", error: { message, type: "fake", code: "fake", status: "FAKE" } }));
    return;
  }

  const whole = typeof text === "string" ? text : text(received);
  // As models cut them: a citation comes in several tokens.
  const tokens = whole.match(/\s?[\p{L}\p{N}]{1,6}|\s|[^\p{L}\p{N}]/gu) ?? [];
  const { usage = { prompt_tokens: 200, completion_tokens: tokens.length, cached_tokens: 50 } } = behaviour;
  const counts = { cached_tokens: 0, ...(usage || { prompt_tokens: 0, completion_tokens: 0 }) };
  if (!isStreamed) {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(format.whole(whole, counts)));
    return;
  }

  response.writeHead(200, { "content-type": "text/event-stream", ...headers });
  const send = (data: string) => response.write(`data: ${data}\n\n`);
  const sendAll = (events: readonly unknown[]) => {
    for (const event of events) send(JSON.stringify(event));
  };
  sendAll(format.begin(counts));
  for (const token of (pieces === undefined ? tokens : cut(whole, pieces)).slice(0, afterTokens)) {
    if (response.destroyed) return;
    if (tokensPerSecond !== undefined) await wait(1_000 / tokensPerSecond);
    sendAll(format.delta(token));
    received.times.last = performance.now();
    if (token === "]") received.times.cited ||= received.times.last;
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
      sendAll([format.error(received.question)]);
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
    const delta = { tool_calls: [{ index, id: `call-${index}`, type: "function", function: call }] };
    sendAll([{ id: "fake", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: null }] }]);
  }
  const { finishReason = "stop" } = behaviour;
  const reason = typeof finishReason === "function" ? finishReason(received) : finishReason;
  sendAll(format.end(reason, usage === false ? undefined : counts));
  if (format.last) send(format.last);
  response.end();
}

/** As many pieces of about the same length, whatever they cut through. */
function cut(whole: string, pieces: number): string[] {
  const at = (piece: number) => Math.round((piece * whole.length) / pieces);
  return Array.from({ length: pieces }, (_, piece) => whole.slice(at(piece), at(piece + 1)));
}
