import { createHash } from "node:crypto";

/**
 * The name under which servers keep a statement. It is of the text, so that releases which share a server's connection by way of a
 * pooler never mean different things by one name.
 */
export const statementName = (text: string): string =>
  `parley_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
