import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type ErrorBody, type ErrorCode, errorCodes } from "@parley/contracts";

type Refusal = { status: number; code: ErrorCode; message?: string };
type RawAnswer = Refusal & { requestId: string; headers: Readonly<Record<string, string>> };

/** Refuses where there is no response to do it with, in the one shape of failures, and lets go of the client. */
export function refuseRaw(stream: Duplex, { status, code, message, requestId, headers }: RawAnswer): void {
  const body = JSON.stringify({
    error: { code, message: message ?? errorCodes[code].meaning, requestId },
  } satisfies ErrorBody);
  const lines = Object.entries({
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-request-id": requestId,
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  // A client that never closes would keep the connection for ever.
  stream.once("finish", () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

const unreadable: Refusal = { status: 400, code: "input.invalid", message: "This is no HTTP request." };
const refusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: "input.invalid", message: "The request took too long to arrive." },
  HPE_HEADER_OVERFLOW: { status: 431, code: "input.too_large" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: "input.too_large" },
};

/**
 * What a server does about a connection on which no request can be read: Node's `clientError`. Left alone, Node or Fastify answers
 * without any of our headers.
 *
 * @param options.onRefused is told the id that the client is told, and why
 */
export function answerUnreadable(options: {
  headers: Readonly<Record<string, string>>;
  onRefused?: (refused: { requestId: string; status: number; reason: string | undefined }) => void;
}): (error: Error & { code?: string }, stream: Duplex) => void {
  return (error, stream) => {
    // In the middle of an answer, another one would be read as a part of it.
    const { _httpMessage: current } = stream as { _httpMessage?: { headersSent: boolean } | null };
    if (!stream.writable || error.code === "ECONNRESET" || current?.headersSent) {
      stream.destroy();
      return;
    }
    const refusal = refusals[error.code ?? ""] ?? unreadable;
    const requestId = crypto.randomUUID();
    options.onRefused?.({ requestId, status: refusal.status, reason: error.code });
    refuseRaw(stream, { ...refusal, requestId, headers: options.headers });
  };
}
