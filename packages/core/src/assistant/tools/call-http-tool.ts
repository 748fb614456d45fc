import { type ContactId, httpToolLimits } from "@parley/contracts";
import { FetchError } from "@parley/platform/http/fetch-error";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { fillAddress } from "./fill-address.ts";
import type { ToolSchema } from "./tool-schema.ts";

export type HttpTool = {
  name: string;
  method: "GET" | "POST";
  url: string;
  /** Opened, for this call alone. */
  headers: Readonly<Record<string, string>>;
  sendsContact: boolean;
};

/**
 * What came of one call. `detail` is for members, and holds no word of an answer, an argument or a secret. `durationMs` is the server's: 0
 * where it was not asked.
 */
export type ToolResult =
  | { outcome: "ok"; text: string; durationMs: number }
  | { outcome: "refused_arguments" | "failed"; detail: string; durationMs: number };

/**
 * Asks a tenant's server. Arguments are checked by the tool's schema; who the contact is comes from us. Redirects are not followed.
 *
 * @throws only the signal's reason: whatever else goes wrong is a result
 */
export async function callHttpTool(
  fetch: GuardedFetch["fetch"],
  tool: HttpTool,
  { check }: ToolSchema,
  given: unknown,
  { contactId, signal }: { contactId: ContactId | undefined; signal: AbortSignal },
): Promise<ToolResult> {
  if (!check(given)) {
    const [error] = check.errors ?? [];
    const detail = `the arguments do not fit: ${error?.instancePath ?? ""} ${error?.keyword ?? ""}`.trim();
    return { outcome: "refused_arguments", detail, durationMs: 0 };
  }
  const wanted = given as Record<string, unknown>;
  const isPost = tool.method === "POST";
  const url = fillAddress(tool.url, wanted, !isPost);
  if (!url) return { outcome: "refused_arguments", detail: "an argument can't stand in an address", durationMs: 0 };

  const began = performance.now();
  const durationMs = () => Math.round(performance.now() - began);
  const timeout = AbortSignal.timeout(httpToolLimits.timeoutMs);
  try {
    const response = await fetch(url, {
      method: tool.method,
      headers: {
        ...inSmallLetters(tool.headers),
        accept: "application/json, text/plain;q=0.9",
        ...(isPost && { "content-type": "application/json" }),
        ...(tool.sendsContact && contactId && { "parley-contact": contactId }),
      },
      ...(isPost && { body: JSON.stringify(wanted) }),
      signal: AbortSignal.any([signal, timeout]),
    });
    const text = await readText(response);
    if (text === undefined)
      return { outcome: "failed", detail: "it answered more than may be read", durationMs: durationMs() };
    if (!response.ok)
      return { outcome: "failed", detail: `it answered with status ${response.status}`, durationMs: durationMs() };
    return { outcome: "ok", text, durationMs: durationMs() };
  } catch (error) {
    signal.throwIfAborted();
    const detail = timeout.aborted
      ? `it did not answer within ${httpToolLimits.timeoutMs / 1_000} seconds`
      : error instanceof FetchError
        ? error.message
        : "its server does not answer, or leads elsewhere";
    return { outcome: "failed", detail, durationMs: durationMs() };
  }
}

/** By whatever name somebody has given a header of ours, ours takes its place, and does not stand beside it. */
const inSmallLetters = (headers: HttpTool["headers"]) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** @returns undefined when it is longer than it may be; the rest is not read */
async function readText({ body }: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > httpToolLimits.resultBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8").replaceAll("\u0000", "");
}
