import { createHash, randomBytes } from "node:crypto";
import { TenantId } from "@parley/contracts";

/**
 * What the mail holds, and nothing else does: 256 random bits that let one person in once. It carries its tenant, so that looking an
 * invitation up needs no rights beyond that tenant's.
 */
export function makeInvitationToken(tenantId: TenantId): string {
  return `${tenantId.replaceAll("-", "")}_${randomBytes(32).toString("base64url")}`;
}

/** The tenant that the token names; undefined when it is no token of ours. */
export function tenantOfToken(token: string): TenantId | undefined {
  const [, a, b, c, d, e] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[\w-]{43}$/.exec(token) ?? [];
  return TenantId.safeParse([a, b, c, d, e].join("-")).data;
}

/** What is stored of it. */
export const hashToken = (token: string): Buffer => createHash("sha256").update(token).digest();
