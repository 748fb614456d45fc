import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { pageAddress } from "./page-address.ts";
import { walkMarkup } from "./walk-markup.ts";

/** What the protocol allows one sitemap to hold, unpacked. */
export const sitemapBytes = 50_000_000;
const mostAddresses = 50_000;
/** Deeper than this there is nothing of a sitemap's. */
const deepest = 10;

export type Sitemap = { pages: string[]; sitemaps: string[] };

/**
 * The addresses of a sitemap or of a list of sitemaps: XML, packed with gzip or not. Nothing that it declares is resolved or fetched.
 *
 * @returns empty lists when it is no sitemap
 */
export async function readSitemap(bytes: Buffer, address: string): Promise<Sitemap> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const unpacked = isPacked
    ? await promisify(gunzip)(bytes, { maxOutputLength: sitemapBytes }).catch(() => Buffer.of())
    : bytes;
  const found = { url: new Set<string>(), sitemap: new Set<string>() };
  const path: string[] = [];
  let text = "";
  await walkMarkup(
    unpacked,
    {
      onopentagname(name) {
        path.push(nameOf(name));
        text = "";
      },
      ontext(part) {
        if (text.length < 5_000) text += part;
      },
      onclosetag() {
        const [entry, own] = path.slice(-2);
        const list = own === "loc" && (entry === "url" || entry === "sitemap") ? found[entry] : undefined;
        const location =
          list && text.trim() !== "" && list.size < mostAddresses ? pageAddress(text.trim(), address) : undefined;
        if (location) list?.add(location);
        path.pop();
      },
    },
    { deepest, isXml: true },
  );
  return { pages: [...found.url], sitemaps: [...found.sitemap] };
}

const nameOf = (name: string) => name.slice(name.indexOf(":") + 1).toLowerCase();
