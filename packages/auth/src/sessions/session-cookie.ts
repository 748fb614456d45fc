import { createHmac, timingSafeEqual } from "node:crypto";
import { sessionLimits } from "@parley/contracts";
import { parseCookies } from "better-auth/cookies";

const sessionCookieName = "session_token";

/** How Better Auth names and marks our cookies. */
export type Cookies = {
  prefix: string;
  session: string;
  attributes: { httpOnly: true; sameSite: "lax"; secure: boolean; path: "/" };
};

/**
 * With https: `__Host-`, which a browser takes only with Secure, Path=/ and without Domain, so that no sibling host can set it. Browsers
 * refuse that name over http, so http://localhost has it without the prefix.
 */
export function cookiesOf(apiUrl: string): Cookies {
  const secure = new URL(apiUrl).protocol === "https:";
  const prefix = secure ? "__Host-parley" : "parley";
  return {
    prefix,
    session: `${prefix}.${sessionCookieName}`,
    attributes: { httpOnly: true, sameSite: "lax", secure, path: "/" },
  };
}

/** @returns the value of a cookie whose signature is ours; undefined for any other */
export function readSigned(cookies: string, name: string, secret: string): string | undefined {
  const cookie = cookies ? parseCookies(cookies).get(name) : undefined;
  const end = cookie?.lastIndexOf(".") ?? -1;
  if (!cookie || end < 1) return undefined;
  const value = cookie.slice(0, end);
  // As text: decoding would overlook what is no base64, and take a cookie with something added to it.
  const given = Buffer.from(cookie.slice(end + 1));
  const expected = Buffer.from(signatureOf(value, secret));
  return given.length === expected.length && timingSafeEqual(given, expected) ? value : undefined;
}

/** The cookie's value as Better Auth signs and reads it. */
function signed(value: string, secret: string): string {
  return encodeURIComponent(`${value}.${signatureOf(value, secret)}`);
}

function signatureOf(value: string, secret: string): string {
  return createHmac("sha256", secret).update(value).digest("base64");
}

/** A `Set-Cookie` header for one of our cookies, as Better Auth makes it. */
export function signedCookie(
  { prefix, attributes }: Cookies,
  secret: string,
  { name, value, maxAgeSeconds }: { name: string; value: string; maxAgeSeconds: number },
): string {
  const content = value && signed(value, secret); // none, to have it forgotten
  const cookie = `${prefix}.${name}=${content}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly`;
  return `${cookie}${attributes.secure ? "; Secure" : ""}; SameSite=Lax`;
}

/** A `Set-Cookie` header for the session; without a token, one that has the browser forget it. */
export function sessionCookie(cookies: Cookies, token: string | undefined, secret: string): string {
  const maxAgeSeconds = token ? sessionLimits.longestSeconds : 0;
  return signedCookie(cookies, secret, { name: sessionCookieName, value: token ?? "", maxAgeSeconds });
}

/** The same headers, with another session cookie, or without any. Whatever else they say of one is gone. */
export function withSession(headers: Headers, cookies: Cookies, token: string | undefined, secret: string): Headers {
  const others = (headers.get("cookie") ?? "")
    .split(";")
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie && cookie.split("=", 1)[0]?.trim() !== cookies.session);
  if (token) others.push(`${cookies.session}=${signed(token, secret)}`);
  const copy = new Headers(headers);
  if (others.length > 0) copy.set("cookie", others.join("; "));
  else copy.delete("cookie");
  return copy;
}
