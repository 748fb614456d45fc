import { createHmac } from "node:crypto";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token with whatever claims and header a test needs: an old one, another's, one that nobody signed. */
export function signToken(secret: string, claims: object, header: object = { alg: "HS256" }): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
