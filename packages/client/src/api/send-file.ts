import { withToken } from "./call-api.ts";

/** As far as it is used here: what is shared with servers is checked without a browser's types. */
declare const XMLHttpRequest: new () => {
  withCredentials: boolean;
  timeout: number;
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  ontimeout: (() => void) | null;
  onabort: (() => void) | null;
  onloadend: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: Blob): void;
  abort(): void;
};

export type FileRequest = {
  file: Blob;
  headers?: Readonly<Record<string, string>>;
  /** Aborts: nothing more is sent, and its reason is thrown. */
  signal?: AbortSignal;
  /** Until the answer has come whole. */
  timeoutMs: number;
  /** How much of the file has been sent, from 0 to 1. */
  onProgress?: (share: number) => void;
};

/**
 * Sends a file's bytes to the api, as `callApi` sends JSON, and tells how far it is: what `fetch` can't.
 *
 * @param path below `apiUrl`, with a slash at the start
 * @returns the server's answer, whatever its status
 * @throws TypeError when no answer comes, also after its time
 */
export function sendFile(apiUrl: string, path: string, request: FileRequest): Promise<Response> {
  if (!path.startsWith("/")) throw new TypeError("a path of the api begins with a slash");
  return withToken(apiUrl, (token) => send(apiUrl + path, request, token));
}

function send(url: string, { file, headers, signal, timeoutMs, onProgress }: FileRequest, token: string) {
  return new Promise<Response>((resolve, reject) => {
    if (signal?.aborted) throw signal.reason;
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.withCredentials = true;
    request.timeout = timeoutMs;
    const all = { ...headers, "content-type": "application/octet-stream", "x-csrf-token": token };
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.upload.onprogress = ({ loaded, total }) => {
      if (total > 0) onProgress?.(loaded / total);
    };
    const unanswered = () => reject(new TypeError("no answer came"));
    request.onerror = unanswered;
    request.ontimeout = unanswered;
    request.onabort = () =>
      reject((signal?.reason as Error | undefined) ?? new TypeError("it was not sent to its end"));
    request.onload = () => {
      const told = request.getResponseHeader("retry-after");
      const { status, responseText } = request;
      resolve(new Response(responseText || null, { status, headers: told ? { "retry-after": told } : {} }));
    };
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.send(file);
  });
}
