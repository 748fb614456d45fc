import { randomBytes } from "node:crypto";
import { TenantId } from "@parley/contracts";

/**
 * A key that stands in the page's source: it names an inbox and is no secret. It carries its tenant, so that looking an inbox up
 * needs no rights beyond that tenant's.
 */
export function makePublishableKey(tenantId: TenantId): string {
  return `pk_${tenantId.replaceAll("-", "")}_${randomBytes(12).toString("base64url")}`;
}

/** The tenant that the key names; undefined when it is no key of ours. */
export function tenantOfKey(key: string): TenantId | undefined {
  const [, a, b, c, d, e] =
    /^pk_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[\w-]+$/.exec(key) ?? [];
  return TenantId.safeParse([a, b, c, d, e].join("-")).data;
}
