import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import type { TenantId } from "@parley/contracts";

/** Whose count it is: `of`, within a tenant where there is one. */
export type Counted = { tenantId?: TenantId | undefined; of: readonly string[] };

/**
 * The counter's name. Where a tenant is known all its counters lie together in a cluster, by the hash tag; what a stranger may have
 * chosen can neither end a part nor be a pattern.
 */
export function limitKey({ tenantId, of }: Counted): string {
  return [...(tenantId ? [`{${spell(tenantId)}}`] : []), ...of.map(spell)].join(":");
}

function spell(part: string): string {
  if (part.length > 100) return createHash("sha256").update(part).digest("base64url");
  return Array.from(Buffer.from(part), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

/** The address as it is counted: of IPv6 the /64, since that is what one household or server has. */
export function countedAddress(address: string): string {
  const [plain = ""] = address.split("%", 1);
  if (!isIPv6(plain)) return plain;
  const groups = groupsOf(plain);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const [high = 0, low = 0] = groups.slice(6);
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  // In one spelling, without dots.
  const { hostname } = new URL(`http://[${address}]/`);
  const [head = "", tail] = hostname.slice(1, -1).split("::");
  const read = (text: string) => (text ? text.split(":").map((group) => Number.parseInt(group, 16)) : []);
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
