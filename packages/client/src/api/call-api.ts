/** What is asked of the api: a question, or, with a method, something to do. */
export type ApiRequest = {
  method?: "GET" | "POST" | undefined;
  /** JSON, already written. */
  body?: string | null | undefined;
  headers?: RequestInit["headers"];
  signal?: AbortSignal | null | undefined;
  /** Until the answer has come whole; 30 seconds when left out. */
  timeoutMs?: number | undefined;
};

const tokens = new Map<string, Promise<string | Response>>();

/**
 * The one way for our apps to the api. The session's cookie goes along; so does, with what changes something, the token that shows that
 * a page of ours asks (docs/adr/0007). A token that the server refuses, since the session is another one by now, is renewed once.
 *
 * @param apiUrl where the api is, without a slash at the end
 * @param path below it, with a slash at the start
 * @returns the server's answer, whatever its status
 * @throws what fetch throws when no answer comes, also after its time
 */
export async function callApi(apiUrl: string, path: string, request: ApiRequest = {}): Promise<Response> {
  if (!path.startsWith("/")) throw new TypeError("a path of the api begins with a slash");
  const { method = "GET" } = request;
  if (method === "GET") return send(apiUrl, path, request);

  const response = await withToken(apiUrl, (token) => send(apiUrl, path, request, token));
  // It may have begun or ended a session, and the token with it.
  if (path.startsWith("/api/auth/")) tokens.delete(apiUrl);
  return response;
}

/** Asks for the token ahead of time, so that what is done first does not wait for it. */
export function prepareApi(apiUrl: string): void {
  tokenOf(apiUrl).catch(() => {}); // whoever needs it asks again
}

/** Asks with the token, and with a new one when the server does not know it any more; the server's answer, when it gives no token. */
export async function withToken(apiUrl: string, ask: (token: string) => Promise<Response>): Promise<Response> {
  const once = async () => {
    const token = await tokenOf(apiUrl);
    return typeof token === "string" ? ask(token) : token.clone();
  };
  const response = await once();
  if (response.status !== 403 || !(await isRefusedToken(response))) return response;
  tokens.delete(apiUrl);
  return once();
}

function send(
  apiUrl: string,
  path: string,
  { method, body, headers, signal, timeoutMs = 30_000 }: ApiRequest,
  token?: string,
) {
  const all = new Headers(headers);
  if (token !== undefined) {
    all.set("content-type", "application/json");
    all.set("x-csrf-token", token);
  }
  const timeout = AbortSignal.timeout(timeoutMs);
  return fetch(apiUrl + path, {
    method: method ?? "GET",
    headers: all,
    body: body ?? null,
    credentials: "include",
    redirect: "error",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
}

/** @returns the token, or the server's answer when it gave none */
function tokenOf(apiUrl: string): Promise<string | Response> {
  const known = tokens.get(apiUrl);
  if (known) return known;
  const asked = askForToken(apiUrl);
  tokens.set(apiUrl, asked);
  const forget = () => {
    if (tokens.get(apiUrl) === asked) tokens.delete(apiUrl);
  };
  asked.then((token) => typeof token === "string" || forget(), forget);
  return asked;
}

async function askForToken(apiUrl: string): Promise<string | Response> {
  const response = await send(apiUrl, "/api/csrf", {});
  if (!response.ok) return response;
  const { token } = (await response.json()) as { token?: unknown };
  return typeof token === "string" ? token : Response.json({}, { status: 502 });
}

async function isRefusedToken(response: Response): Promise<boolean> {
  const answer: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const { error } = (answer ?? {}) as { error?: { code?: unknown } };
  return error?.code === "csrf.invalid";
}
