import { pageAddress } from "./page-address.ts";
import { walkMarkup } from "./walk-markup.ts";

/** A page with more links is a list without an end. */
const mostLinks = 2_000;
/** As deep as browsers nest elements. */
const deepest = 512;

export type PageLinks = {
  /** Pages that it leads to, each once, in order; empty when it asks that nobody follows. */
  links: string[];
  /** What it says is its own address, when that is another one. */
  canonical: string | undefined;
  /** It asks that nobody keeps it. */
  isWithheld: boolean;
};

/** What a page of HTML says to whoever crawls it. */
export async function readLinks(html: Buffer, address: string): Promise<PageLinks> {
  let base = address;
  let canonical: string | undefined;
  let robots = "";
  const links = new Set<string>();
  await walkMarkup(
    html,
    {
      onopentag(name, { href, rel, name: named, content }) {
        if (name === "base" && href) base = pageAddress(href, address) ?? base;
        else if (name === "meta" && /^(?:robots|parleybot)$/i.test(named ?? "")) robots += `,${content}`;
        else if (name === "link" && href && /(?:^|\s)canonical(?:\s|$)/i.test(rel ?? ""))
          canonical ??= pageAddress(href, base);
        else if ((name === "a" || name === "area") && href && !/(?:^|\s)nofollow(?:\s|$)/i.test(rel ?? "")) {
          const link = links.size < mostLinks ? pageAddress(href, base) : undefined;
          if (link) links.add(link);
        }
      },
    },
    { deepest },
  );
  const asks = robots.toLowerCase().split(/[\s,]+/);
  return {
    links: asks.includes("nofollow") || asks.includes("none") ? [] : [...links],
    canonical: canonical === address ? undefined : canonical,
    isWithheld: asks.includes("noindex") || asks.includes("none"),
  };
}
