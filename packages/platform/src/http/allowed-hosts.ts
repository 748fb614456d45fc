import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];
/** Without a port: those that any host has. */
export type AllowedHost = { port: number | undefined } & ({ name: string } | { network: Network });

/**
 * @param entry a name, an address or a network, each with a port or without: `wiki.example.com`, `10.0.0.0/8`, `localhost:8080`,
 *   `[fd00::1]:8080`
 * @returns undefined when it is none of these
 */
export function parseAllowedHost(entry: string): AllowedHost | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const host = (bracketed ?? plain ?? entry).toLowerCase();
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port === 0 || port > 65_535)) return undefined;

  const [address = "", prefix, ...rest] = host.split("/");
  if (rest.length > 0) return undefined;
  if (isIP(address) !== 0) {
    const parsed = ipaddr.parse(address);
    const longest = parsed.kind() === "ipv4" ? 32 : 128;
    if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
    const length = prefix === undefined ? longest : Number(prefix);
    return length <= longest ? { network: [parsed, length], port } : undefined;
  }
  const isName = prefix === undefined && bracketed === undefined && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host);
  return isName && !/^[\d.]+$/.test(host) ? { name: host, port } : undefined;
}

/** Whether the entry names where a connection goes. A name never opens a link-local address, which is where clouds keep their keys. */
export function names(allowed: AllowedHost, to: { hostname: string; address: string }): boolean {
  const address = ipaddr.parse(to.address);
  if ("name" in allowed) return allowed.name === to.hostname && address.range() !== "linkLocal";
  const [network, length] = allowed.network;
  return address.kind() === network.kind() && address.match([network, length] as [ipaddr.IPv4, number]);
}
