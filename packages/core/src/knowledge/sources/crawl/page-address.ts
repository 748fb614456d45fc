/** A longer address is a trap or a form's answer, and no page. */
const longest = 1_000;

/** The one spelling of a web address that a crawl knows a page by; undefined when it is none. */
export function pageAddress(text: string, base?: string): string | undefined {
  const url = URL.parse(text, base);
  if (!url || !/^https?:$/.test(url.protocol) || url.username + url.password !== "") return undefined;
  url.hash = "";
  return url.href.length <= longest ? url.href : undefined;
}
