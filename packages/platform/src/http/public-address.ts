import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** What IPv6 has for the public internet. The library calls `::7f00:1`, which is 127.0.0.1 spelt in hex, a usual address too. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/** Azure's inner services answer at an address of the public range. */
const azure = "168.63.129.16";

/**
 * Whether an IP address belongs to the public internet alone. No address that holds one of IPv4 within is: neither mapped nor
 * translated (NAT64, 6to4, Teredo), since a gateway may lead it to an inner one.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  return address instanceof ipaddr.IPv6 ? address.match(globalUnicast) : address.toString() !== azure;
}
