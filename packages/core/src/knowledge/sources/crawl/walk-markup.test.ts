import { expect, test } from "vitest";
import { readLinks } from "./read-links.ts";
import { readSitemap } from "./read-sitemap.ts";

const address = "https://example.com/";
const many = 300_000;

// What looks through all elements that are open for each that is closed does not end on these within the test's time: no clock has
// to be read.
test("[I10] a page with elements in elements, and tags that close none of them, is read as far as a browser would nest it", {
  timeout: 60_000,
}, async () => {
  const page = `<a href="/first">more</a>${"<b>".repeat(many)}${"</i>".repeat(many)}<a href="/last">more</a>`;
  const { links } = await readLinks(Buffer.from(page), address);
  expect(links).toEqual(["https://example.com/first"]);
});

test("[I10] a sitemap with elements in elements is read as far as there may be something of a sitemap's", {
  timeout: 60_000,
}, async () => {
  const entry = (path: string) => `<url><loc>${address}${path}</loc></url>`;
  const sitemap = `<urlset>${entry("first")}${"<b>".repeat(many)}${"</i>".repeat(many)}${entry("last")}`;
  const { pages } = await readSitemap(Buffer.from(sitemap), address);
  expect(pages).toEqual(["https://example.com/first"]);
});

test("[I10] others get their turn while a long page is read", { timeout: 60_000 }, async () => {
  let turns = 0;
  let next: NodeJS.Immediate | undefined;
  const takeTurn = () => {
    turns += 1;
    next = setImmediate(takeTurn);
  };
  takeTurn();
  await readLinks(Buffer.from("<p>words</p>".repeat(100_000)), address);
  clearImmediate(next);
  expect(turns).toBeGreaterThan(10);
});

test("[I10 control] elements that are closed are not nested, and a letter that two parts of a page share is one", {
  timeout: 60_000,
}, async () => {
  const page = `${"<p>ü</p>".repeat(20_001)}<a href="/ü">more</a>`;
  const { links } = await readLinks(Buffer.from(`<b>${page}`), address);
  expect(links).toEqual(["https://example.com/%C3%BC"]);
});
