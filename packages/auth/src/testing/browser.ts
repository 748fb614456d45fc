import type { Accounts } from "../accounts.ts";

export const origin = "http://localhost:5174";
export const apiUrl = "http://localhost:3001";
export const secret = "a secret of this test alone, 32 characters or more";
export const password = "correct horse battery staple";

type Answer = { status: number; body: Record<string, unknown>; cookies: string[]; headers: Headers };

/** A browser on the dashboard's pages: it keeps cookies as one does, and sends them along. */
export function createBrowser(accounts: Accounts, { address = "192.0.2.7", url = apiUrl } = {}) {
  const jar = new Map<string, string>();

  async function send(method: "GET" | "POST", path: string, body?: object, headers: Record<string, string> = {}) {
    const response = await accounts.handle(
      new Request(path.startsWith("http") ? path : `${url}/api/auth${path}`, {
        method,
        headers: {
          origin,
          cookie: cookie(),
          "x-forwarded-for": address,
          "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
          ...(body && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
    await accounts.settled();
    const cookies = response.headers.getSetCookie();
    for (const line of cookies) {
      const [pair = ""] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, pair.slice(name.length + 1));
    }
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      body: (text ? JSON.parse(text) : {}) as Record<string, unknown>,
      cookies,
      headers: response.headers,
    };
    return answer;
  }
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");

  return {
    jar,
    get: (path: string, headers?: Record<string, string>) => send("GET", path, undefined, headers),
    post: (path: string, body: object = {}, headers?: Record<string, string>) => send("POST", path, body, headers),
    signIn: (email: string, given = password) => send("POST", "/sign-in/email", { email, password: given }),
    /** What the browser sends with any request. */
    headers: () => new Headers({ cookie: cookie() }),
    /** Whose session it is in, if any. */
    session: (options?: { background?: boolean }) => accounts.findSession(new Headers({ cookie: cookie() }), options),
  };
}
