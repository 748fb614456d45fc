import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { cookiesOf } from "./sessions/session-cookie.ts";

/** Where a client puts the token. Nothing but a script of an allowed origin can set it. */
export const csrfHeader = "x-csrf-token";

export type CsrfOptions = {
  secret: string;
  /** The api's own public address: with https its cookies are `__Host-`, which no sibling host can set. */
  apiUrl: string;
  /** The origins of the apps whose pages may change something with a cookie, as browsers send them. */
  origins: readonly string[];
};

/** Why a request that changes something is not let in. */
export type CsrfRefusal = "not_json" | "origin.not_allowed" | "csrf.invalid";

type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The wall against requests that another site makes with a member's cookie. A request that changes something has to
 *
 * 1. be JSON or a file's bytes, which no form can send,
 * 2. come from a page of an allowed origin, by `Origin` and by Fetch Metadata, and
 * 3. carry, in a header, a token that fits its cookies: an HMAC over a random cookie and over the session's own cookie.
 *
 * So a token is one browser's and one session's: it ends with the session, and before anybody is signed in there is one, too.
 */
export type Csrf = {
  /** The token for whoever has these cookies, and the cookie to set when they have none of ours. */
  issue(cookies: string | undefined): { token: string; setCookie: string | undefined };
  /**
   * @param options.isFile it may be a file's bytes, instead of JSON
   * @returns undefined when the request may change something
   */
  refuse(headers: RequestHeaders, options?: { isFile?: boolean | undefined }): CsrfRefusal | undefined;
};

const Nonce = /^[\w-]{43}$/;
const anybody = "";

export function createCsrf({ secret, apiUrl, origins }: CsrfOptions): Csrf {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "parley/csrf/hmac-sha256", 32));
  const cookieNames = cookiesOf(apiUrl);
  const nonceCookie = `${cookieNames.prefix}.csrf`;
  const { secure } = cookieNames.attributes;

  const tokenOf = (nonce: string, session: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([nonce, session]))
      .digest();
  /** All of that name: a sibling host may have set another one, and which of them is ours the header doesn't say. */
  const sessionOf = (cookies: string) => valuesOf(cookies, cookieNames.session).join(";") || anybody;

  function fits(cookies: string, token: unknown): boolean {
    if (typeof token !== "string" || !Nonce.test(token)) return false;
    const given = Buffer.from(token, "base64url");
    const session = sessionOf(cookies);
    return valuesOf(cookies, nonceCookie).some((nonce) => timingSafeEqual(tokenOf(nonce, session), given));
  }

  return {
    issue(cookies = "") {
      const known = valuesOf(cookies, nonceCookie).find((value) => Nonce.test(value));
      const nonce = known ?? randomBytes(32).toString("base64url");
      const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
      return {
        token: tokenOf(nonce, sessionOf(cookies)).toString("base64url"),
        setCookie: known === undefined ? `${nonceCookie}=${nonce}; ${attributes}` : undefined,
      };
    },

    refuse(headers, { isFile = false } = {}) {
      if (!isJson(headers) && !(isFile && isBytes(headers))) return "not_json";
      const { origin } = headers;
      if (typeof origin !== "string" || !origins.includes(origin)) return "origin.not_allowed";
      if (!isByScriptOfOurs(headers)) return "origin.not_allowed";
      const { cookie } = headers;
      return fits(typeof cookie === "string" ? cookie : "", headers[csrfHeader]) ? undefined : "csrf.invalid";
    },
  };
}

/** Whether the body is said to be JSON, in one of the two ways that clients say it. No form of a page can. */
function isJson(headers: RequestHeaders): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && /^application\/json(?:; ?charset=utf-8)?$/i.test(type);
}

/** Whether the body is said to be bytes of no kind. No form of a page can. */
const isBytes = (headers: RequestHeaders) => headers["content-type"] === "application/octet-stream";

/** By Fetch Metadata, which a page can't forge; a browser too old to send it is left to the other checks. */
function isByScriptOfOurs(headers: RequestHeaders): boolean {
  const site = headers["sec-fetch-site"];
  const mode = headers["sec-fetch-mode"];
  const sites: unknown[] = [undefined, "same-origin", "same-site"];
  const modes: unknown[] = [undefined, "cors", "same-origin"];
  return sites.includes(site) && modes.includes(mode);
}

/** The values of all cookies that have exactly this name; at most 4, which is more than a browser of ours ever has. */
function valuesOf(cookies: string, name: string): string[] {
  return cookies
    .split(";")
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1))
    .slice(0, 4);
}
