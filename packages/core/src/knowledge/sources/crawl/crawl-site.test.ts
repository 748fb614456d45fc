import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { createGuardedFetch } from "@parley/platform/http/fetch-guarded";
import { startHttpListener } from "@parley/platform/testing/http-listener";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readDocument } from "../../read-document.ts";
import { type Crawled, type CrawlOptions, crawlSite, type KnownPage } from "./crawl-site.ts";

type Page = string | { type?: string; body?: string | Buffer; status?: number; location?: string; etag?: string };

let pages: Record<string, Page>;
let site: Awaited<ReturnType<typeof startHttpListener>>;
let origin: string;
beforeEach(async () => {
  pages = {};
  site = await startHttpListener({ answer });
  origin = `http://127.0.0.1:${site.port}`;
});
afterEach(() => site.stop());

function answer(request: IncomingMessage, response: ServerResponse) {
  const found = pages[`http://${request.headers.host}${request.url}`] ?? pages[request.url ?? ""];
  const page = typeof found === "string" ? { body: found } : (found ?? { status: 404 });
  const isKnown = page.etag !== undefined && request.headers["if-none-match"] === page.etag;
  response.writeHead(isKnown ? 304 : (page.status ?? 200), {
    "content-type": page.type ?? "text/html",
    ...(page.etag && { etag: page.etag }),
    ...(page.location && { location: page.location }),
  });
  response.end(isKnown ? undefined : page.body);
}
const links = (...to: string[]) => to.map((href) => `<a href="${href}">more</a>`).join("\n");
const sitemapOf = (...addresses: string[]) =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${addresses
    .map((address) => `<url><loc>${address}</loc></url>`)
    .join("")}</urlset>`;

const waits: number[] = [];
async function crawl(
  options: Partial<CrawlOptions> = {},
  known: KnownPage[] = [],
  signal = new AbortController().signal,
) {
  const fetch = createGuardedFetch({
    allowedHosts: [`127.0.0.1:${site.port}`],
    contact: "http://localhost",
    resolve: async () => ["127.0.0.1"],
  });
  waits.length = 0;
  const crawling = crawlSite(
    { fetch, wait: async (ms) => waits.push(ms) },
    { address: `${origin}/`, include: [], exclude: [], depth: 3, pages: 100, ...options },
    known,
    signal,
  );
  const all: Crawled[] = [];
  let next = await crawling.next();
  for (; !next.done; next = await crawling.next()) all.push(next.value);
  await fetch.close();
  const pathOf = (crawled: Crawled) =>
    (crawled.kind === "page" ? crawled.page.address : crawled.address).replace(origin, "");
  const of = (kind: Crawled["kind"]) => all.filter((crawled) => crawled.kind === kind).map(pathOf);
  return {
    read: of("page"),
    unchanged: of("unchanged"),
    gone: of("gone"),
    skipped: of("skipped"),
    known: all.flatMap((crawled) => (crawled.kind === "page" ? [crawled.page] : [])),
    names: all.flatMap((crawled) => (crawled.kind === "page" ? [crawled.name] : [])),
    bytes: all.flatMap((crawled) => (crawled.kind === "page" ? [crawled.bytes] : [])),
    unfinished: next.value,
  };
}

test("a site is read along its links, each page once, below the folder of the address and no other site", async () => {
  pages["/docs/"] = links(
    "a",
    "/docs/a#part",
    "b?page=2",
    "/about",
    "http://example.com/docs/",
    "mailto:a@example.com",
  );
  pages["/docs/a"] = links("/docs/", "c");
  pages["/docs/b?page=2"] = "b";
  pages["/docs/c"] = "c";
  const { read, unfinished, names } = await crawl({ address: `${origin}/docs/` });
  expect(read).toEqual(["/docs/", "/docs/a", "/docs/b?page=2", "/docs/c"]);
  expect(names).toEqual(["docs.html", "a.html", "b.html", "c.html"]);
  expect(unfinished).toBeUndefined();
});

test("a page is read as its server says that it is, whatever its address looks like", async () => {
  pages["/"] = links("/a.php", "/b.md", "/c", "/d.html", "/e", "/f");
  pages["/a.php"] = { type: "text/html; charset=utf-8", body: "words" };
  pages["/b.md"] = { type: "text/plain", body: "words" };
  pages["/c"] = { type: "text/markdown", body: "words" };
  pages["/d.html"] = { type: "text/plain", body: "words" };
  pages["/e"] = { type: "application/pdf", body: "%PDF" };
  pages["/f"] = { type: "image/svg+xml", body: "<svg/>" };
  const { names, skipped } = await crawl();
  expect(names).toEqual(["127.0.0.1.html", "a.php.html", "b.md", "c.md", "d.html.txt", "e.pdf"]);
  expect(skipped).toEqual(["/f"]);
});

test("a page is in the encoding that its server names, and otherwise in the one that it names itself", async () => {
  const page = '<meta charset="utf-8"><p>Größe</p>';
  pages["/"] = {
    type: "text/html; charset=ISO-8859-1",
    body: Buffer.from(page + links("/a", "/b", "/c", "/é"), "latin1"),
  };
  pages["/a"] = { type: 'text/plain; charset="utf-16be"', body: Buffer.from("Größe", "utf16le").swap16() };
  pages["/b"] = { type: "text/html; charset=no-such", body: page };
  pages["/c"] = { type: "text/html; charset=utf-8", body: page };
  pages["/%C3%A9"] = { type: "application/pdf; charset=iso-8859-1", body: Buffer.from("%PDF-é", "latin1") };
  const { read, bytes } = await crawl();
  const texts = await Promise.all(
    bytes.slice(0, 4).map((content, index) => readDocument(content, index === 1 ? "a.txt" : "a.html")),
  );
  expect(read).toEqual(["/", "/a", "/b", "/c", "/%C3%A9"]);
  expect(texts.map(({ text }) => /Größe/.exec(text)?.[0])).toEqual(Array(4).fill("Größe"));
  expect(bytes[4]?.toString("latin1")).toBe("%PDF-é");
});

test("patterns say which pages are read; the address may stand beside them, to begin from", async () => {
  pages["/"] = links("/help/a", "/help/internal/b", "/blog/c", "/help/d.pdf", "/help/e");
  for (const path of ["/help/a", "/help/internal/b", "/blog/c", "/help/d.pdf", "/help/e"]) pages[path] = "words";
  const { read } = await crawl({ include: ["/help/"], exclude: ["/help/internal/", "*.pdf$"] });
  expect(read).toEqual(["/help/a", "/help/e"]);
  expect((await crawl({ include: ["/*/c$", "/help/*b"] })).read).toEqual(["/help/internal/b", "/blog/c"]);
});

test("it goes as deep and reads as many pages as it was told, and says that there are more", async () => {
  for (let page = 0; page < 10; page += 1) pages[page === 0 ? "/" : `/${page}`] = links(`/${page + 1}`);
  pages["/10"] = "the end";
  expect((await crawl({ depth: 0 })).read).toEqual(["/"]);
  expect((await crawl({ depth: 2 })).read).toEqual(["/", "/1", "/2"]);
  const { read, unfinished } = await crawl({ depth: 100, pages: 4 });
  expect(read).toEqual(["/", "/1", "/2", "/3"]);
  expect(unfinished).toEqual({ code: "crawl.more_pages", detail: "4" });
});

test("robots.txt is heeded: what it forbids is not asked for, and it is asked as slowly as it wants", async () => {
  pages["/robots.txt"] = {
    type: "text/plain",
    body: "User-agent: *\nDisallow: /\n\nUser-agent: ParleyBot\nDisallow: /private/\nCrawl-delay: 2\n",
  };
  pages["/"] = links("/private/a", "/b", "/leads");
  pages["/leads"] = { status: 302, location: "/private/c" };
  for (const path of ["/private/a", "/private/c", "/b"]) pages[path] = "words";
  const { read, skipped } = await crawl();
  expect(read).toEqual(["/", "/b"]);
  expect(skipped).toEqual(["/private/a", "/leads"]);
  expect(site.hits).not.toContain("/private/a");
  expect(waits).toEqual([2_000, 2_000]);
});

test("nothing is asked for while a site can't say what may be read", async () => {
  pages["/robots.txt"] = { status: 503 };
  pages["/"] = "words";
  const { unfinished, gone } = await crawl({}, [{ address: `${origin}/`, depth: 0, validators: {} }]);
  expect(unfinished).toEqual({ code: "crawl.no_robots" });
  expect(gone).toEqual([]);
  expect(site.hits).toEqual(["/robots.txt"]);
});

test("what sitemaps list is read: packed, in lists of lists, named by robots.txt; no other site's, and a broken one harms nobody", async () => {
  pages["/robots.txt"] = { type: "text/plain", body: `Sitemap: ${origin}/maps.xml\n` };
  pages["/maps.xml"] = {
    body: `<sitemapindex>${["one.xml.gz", "two.xml", "maps.xml", "broken.xml", "bomb.xml.gz", "none.xml"]
      .map((name) => `<sitemap><loc>${origin}/${name}</loc></sitemap>`)
      .join("")}</sitemapindex>`,
  };
  pages["/one.xml.gz"] = { body: gzipSync(sitemapOf(`${origin}/a?x=1&amp;y=2`)) };
  pages["/two.xml"] = sitemapOf("/b", "http://example.com/c", "javascript:1").replace("<urlset", "<s:urlset");
  pages["/broken.xml"] = "<urlset><url><loc>/d</loc><url><loc>";
  pages["/bomb.xml.gz"] = { body: gzipSync(Buffer.alloc(60_000_000)) };
  for (const path of ["/", "/a?x=1&y=2", "/b"]) pages[path] = "words";
  const { read, skipped } = await crawl();
  expect(read).toEqual(["/", "/a?x=1&y=2", "/b"]);
  expect(skipped).toEqual(["/d"]);
});

test("[I9] no more sitemaps are asked for than it takes to name more pages than are kept in mind, and other sites' do not count", {
  timeout: 60_000,
}, async () => {
  const maps = ["others", "own", "more"].map((name) => `Sitemap: ${origin}/${name}.xml`);
  pages["/robots.txt"] = { type: "text/plain", body: maps.join("\n") };
  const listing = (of: string) => sitemapOf(...Array.from({ length: 50_000 }, (_, index) => `${of}/${index}`));
  pages["/others.xml"] = listing("http://example.com");
  pages["/own.xml"] = listing(origin);
  pages["/"] = "words";
  await crawl({ pages: 1 });
  expect(site.hits).toEqual(["/robots.txt", "/", "/others.xml", "/own.xml"]);
});

test("a sitemap's entities and declarations are neither resolved nor fetched", async () => {
  pages["/"] = "words";
  pages["/sitemap.xml"] =
    `<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "${origin}/dtd" [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "${"a".repeat(100)}">]>
    <urlset><url><loc>${origin}/&x;</loc></url><url><loc>${origin}/&y;&y;</loc></url></urlset>`;
  const { skipped } = await crawl();
  expect(skipped.sort()).toEqual(["/&x;", "/&y;&y;"]);
  expect(site.hits).not.toContain("/dtd");
});

test("a page that has not changed is not sent again, and what lies behind it is still looked after", async () => {
  pages["/"] = { body: links("/a"), etag: '"1"' };
  pages["/a"] = { body: links("/b"), etag: '"2"' };
  pages["/b"] = "words";
  const first = await crawl();
  expect(first.read).toEqual(["/", "/a", "/b"]);

  pages["/a"] = { body: links("/b", "/new"), etag: '"3"' };
  pages["/new"] = "words";
  const second = await crawl({}, first.known);
  expect(second.unchanged).toEqual(["/"]);
  expect(second.read).toEqual(["/a", "/b", "/new"]);
  expect(second.gone).toEqual([]);
});

test("a page that is gone, has moved, is forbidden or is not part of it any more is told of; one that can't be had now is left as it is", async () => {
  const paths = ["/", "/gone", "/moved", "/forbidden", "/withheld", "/busy", "/picture", "/away", "/twin"];
  const known = paths.map((path) => ({ address: origin + path, depth: 0, validators: {} }));
  pages["/robots.txt"] = { type: "text/plain", body: "User-agent: *\nDisallow: /forbidden" };
  pages["/"] = "words";
  pages["/gone"] = { status: 410 };
  pages["/moved"] = { status: 301, location: "/here" };
  pages["/here"] = "words";
  pages["/withheld"] = '<meta name="ROBOTS" content="NoIndex, nofollow"><a href="/behind">more</a>';
  pages["/busy"] = { status: 503 };
  pages["/picture"] = { type: "image/png", body: "png" };
  pages["/away"] = { status: 302, location: "http://127.0.0.1:1/" };
  pages["/twin"] = '<link rel="canonical" href="/here">words';
  const { read, gone, skipped } = await crawl({}, known);
  expect(read).toEqual(["/", "/here"]);
  expect(gone).toEqual(
    ["/moved", "/gone", "/forbidden", "/withheld", "/picture", "/away", "/twin"].sort(byKnown(paths)),
  );
  expect(skipped).toEqual(["/busy"]);

  const narrower = await crawl({ exclude: ["/gone"] }, known.slice(0, 2));
  expect(narrower.gone).toEqual(["/gone"]);
});
const byKnown = (paths: string[]) => (a: string, b: string) => paths.indexOf(a) - paths.indexOf(b);

test("a page whose address leads to another one, which names the first as its own, is read as the first", async () => {
  pages["/"] = { status: 302, location: "/en/" };
  pages["/en/"] = `<link rel="canonical" href="/">${links("/en/", "/a")}`;
  pages["/a"] = "words";
  const { read, skipped } = await crawl();
  expect(read).toEqual(["/", "/a"]);
  expect(skipped).toEqual(["/en/"]);
});

describe("a page that names another address as its own", () => {
  const canonical = (href: string, more = "") => `<link rel="canonical" href="${href}">words ${more}`;

  test("is read there, where a page is", async () => {
    pages["/"] = links("/a?sort=up", "/a?sort=down", "/b?page=1");
    pages["/a?sort=up"] = canonical("/a", links("/only-from-up"));
    pages["/a?sort=down"] = canonical("/a");
    pages["/b?page=1"] = canonical("/b");
    pages["/b"] = canonical("/a");
    pages["/a"] = "words";
    const { read, skipped } = await crawl();
    expect(read).toEqual(["/", "/a"]);
    expect(skipped).toEqual(["/a?sort=up", "/a?sort=down", "/b", "/b?page=1"]);
    expect(site.hits.length).toBe(new Set(site.hits).size);
  });

  test.each([
    ["is gone", { status: 410 }],
    ["can't be had", { status: 500 }],
    ["is no page", { type: "image/png", body: "png" }],
    ["asks not to be kept", '<meta name="robots" content="noindex">words'],
  ])("is read itself, where the other one %s, and asked for whole each time", async (_what, other: Page) => {
    pages["/"] = links("/a");
    pages["/a"] = { body: canonical("/other", links("/b")), etag: '"1"' };
    pages["/b"] = canonical("/other");
    pages["/other"] = other;
    const first = await crawl();
    expect(first.read).toEqual(["/", "/a", "/b"]);
    expect(first.skipped).toEqual(["/other"]);
    expect(first.unfinished).toBeUndefined();
    pages["/other"] = "words";
    const second = await crawl({}, first.known);
    expect(second.read).toEqual(["/", "/other"]);
    expect(second.gone).toEqual(["/a", "/b"]);
    // What was read once and can't be had at the moment still is the one that the others are read at.
    pages["/other"] = { status: 500 };
    expect(await crawl({}, second.known)).toMatchObject({ read: ["/"], skipped: ["/other", "/a"] });
  });

  test("is read itself, where the other one is forbidden or not part of what is read", async () => {
    pages["/robots.txt"] = { type: "text/plain", body: "User-agent: *\nDisallow: /private/" };
    pages["/"] = links("/a", "/b", "/c");
    pages["/a"] = canonical("/private/a");
    pages["/b"] = canonical("/internal/b");
    pages["/c"] = canonical("http://example.com/c");
    const { read } = await crawl({ exclude: ["/internal/"] });
    expect(read).toEqual(["/", "/a", "/b", "/c"]);
  });

  test("is read once, where the others name each other, or more of them than anybody follows", async () => {
    pages["/"] = links("/a", "/1");
    pages["/a"] = canonical("/b");
    pages["/b"] = canonical("/c");
    pages["/c"] = canonical("/a");
    for (let page = 1; page < 20; page += 1) pages[`/${page}`] = canonical(`/${page + 1}`);
    pages["/20"] = "the end";
    const { read, skipped } = await crawl();
    expect(read.slice(0, 2)).toEqual(["/", "/c"]);
    expect(skipped.slice(0, 2)).toEqual(["/b", "/a"]);
    expect(read.slice(2)).toEqual(["/6"]);
    expect(skipped.slice(2)).toEqual(["/5", "/4", "/3", "/2", "/1"]);
  });

  test("is read itself, where no more pages may be asked for", async () => {
    pages["/"] = links("/a", "/b");
    pages["/a"] = canonical("/other");
    pages["/other"] = "words";
    const { read, unfinished, gone } = await crawl({ pages: 2 }, [
      { address: `${origin}/old`, depth: 0, validators: {} },
    ]);
    expect(read).toEqual(["/", "/a"]);
    expect(unfinished).toEqual({ code: "crawl.more_pages", detail: "2" });
    expect(gone).toEqual([]);
  });
});

test("a site that has moved to `www` or from it is read there; one that leads to another site is not", async () => {
  const [bare, www, other] = ["example.com", "www.example.com", "example.org"].map(
    (host) => `http://${host}:${site.port}`,
  );
  pages[`${bare}/docs/`] = { status: 301, location: `${www}/docs/start` };
  pages[`${bare}/robots.txt`] = { status: 301, location: `${www}/robots.txt` };
  pages[`${www}/docs/`] = links("a", "/b");
  pages[`${www}/docs/start`] = links("a", "/b");
  pages[`${www}/docs/a`] = "words";
  pages["/robots.txt"] = { type: "text/plain", body: "" };
  const { read, unfinished } = await crawl({ address: `${bare}/docs/` });
  expect(read).toEqual([`${www}/docs/`, `${www}/docs/a`]);
  expect(unfinished).toBeUndefined();

  pages[`${bare}/docs/`] = { status: 301, location: `${other}/docs/` };
  pages[`${other}/docs/`] = "words";
  expect((await crawl({ address: `${bare}/docs/` })).read).toEqual([]);

  // Two that lead to each other come to an end.
  pages[`${bare}/docs/`] = { status: 301, location: `${www}/docs/start` };
  pages[`${www}/docs/`] = { status: 301, location: `${bare}/docs/start` };
  pages[`${bare}/docs/start`] = "words";
  expect((await crawl({ address: `${bare}/docs/` })).read).toEqual([]);
});

test("a site that stops answering is left alone, and nothing of it counts as gone", async () => {
  pages["/"] = links("/1", "/2", "/3", "/4", "/5", "/6", "/7");
  for (let page = 1; page < 8; page += 1) pages[`/${page}`] = { status: 500 };
  const { unfinished, gone, skipped } = await crawl({}, [{ address: `${origin}/old`, depth: 0, validators: {} }]);
  expect(unfinished).toEqual({ code: "crawl.not_answering", detail: "5" });
  expect(skipped).toHaveLength(5);
  expect(gone).toEqual([]);
});

test("[I9] a site that names addresses without end is kept in mind up to a limit, and what is known of it is still looked after", {
  timeout: 60_000,
}, async () => {
  const trap = (from: number) => links(...Array.from({ length: 2_000 }, (_, index) => `/trap/${from + index}`));
  pages["/robots.txt"] = { type: "text/plain", body: "User-agent: *\nDisallow: /trap/" };
  const rooms = Array.from({ length: 30 }, (_, room) => `/${room}`);
  pages["/"] = links(...rooms);
  for (const [room, path] of rooms.entries()) pages[path] = trap(room * 2_000);
  pages["/known"] = "words";
  const known = [{ address: `${origin}/known`, depth: 1, validators: {} }];
  const { read, skipped, gone, unfinished } = await crawl({}, known);
  expect(read).toEqual(["/", ...rooms, "/known"]);
  expect(skipped).toHaveLength(50_000 - read.length + 1);
  expect(gone).toEqual([]);
  expect(unfinished).toEqual({ code: "crawl.more_addresses", detail: "50000" });
});

test("a site that keeps some pages for its members answers, and its others are read", async () => {
  const closed = Array.from({ length: 6 }, (_, index) => `/members/${index}`);
  pages["/"] = links(...closed, "/a");
  for (const path of closed) pages[path] = { status: 403 };
  pages["/a"] = "words";
  const { read, skipped, unfinished } = await crawl();
  expect(read).toEqual(["/", "/a"]);
  expect(skipped).toEqual(closed);
  expect(unfinished).toBeUndefined();

  for (const path of closed) pages[path] = { status: 429 };
  expect((await crawl()).unfinished).toEqual({ code: "crawl.not_answering", detail: "5" });
});

test("a crawl ends when nobody wants it any more", async () => {
  const controller = new AbortController();
  pages["/"] = links("/a");
  pages["/a"] = "words";
  controller.abort(new Error("no use"));
  await expect(crawl({}, [], controller.signal)).rejects.toThrow("no use");
});

test("[I10] a crawl of forbidden pages lets others have their turn, and ends when they want it to", async () => {
  pages["/robots.txt"] = { type: "text/plain", body: "User-agent: *\nDisallow: /private/" };
  pages["/"] = links(...Array.from({ length: 500 }, (_, index) => `/private/${index}`));
  const controller = new AbortController();
  const fetch = createGuardedFetch({ allowedHosts: [`127.0.0.1:${site.port}`], contact: "http://localhost" });
  const options = { address: `${origin}/`, include: [], exclude: [], depth: 3, pages: 100 };
  const crawling = crawlSite({ fetch, wait: async () => {} }, options, [], controller.signal);
  expect((await crawling.next()).value).toMatchObject({ kind: "page" });
  setImmediate(() => controller.abort(new Error("no use")));
  let told = 0;
  const goOn = async () => {
    for await (const _ of crawling) told += 1;
  };
  await expect(goOn()).rejects.toThrow("no use");
  expect(told).toBeLessThan(500);
  await fetch.close();
});

/** Every way in which a site's own words may name an address. */
function nameEverywhere(target: string) {
  pages["/robots.txt"] = { type: "text/plain", body: `Sitemap: ${target}sitemap\nSitemap: ${origin}/maps.xml\n` };
  pages["/maps.xml"] =
    `<sitemapindex><sitemap><loc>${target}nested</loc></sitemap><sitemap><loc>${origin}/leaving.xml</loc></sitemap>` +
    `<sitemap><loc>${origin}/pages.xml</loc></sitemap></sitemapindex>`;
  pages["/leaving.xml"] = { status: 302, location: `${target}map` };
  pages["/pages.xml"] = sitemapOf(`${target}listed`, `${origin}/chain`);
  pages["/"] = `<base href="${target}"><link rel="canonical" href="${target}own"><a href="linked">more</a>
    ${links(`${target}whole`, `//${new URL(target).host}/short`, `${origin}/leaving`)}`;
  pages["/leaving"] = { status: 307, location: `${target}page` };
  pages["/chain"] = { status: 302, location: "/chain/2" };
  pages["/chain/2"] = { status: 302, location: `${target}chain` };
}

test("[I5] a site whose robots.txt, sitemaps, links and redirects lead to a private address gets nothing fetched from there", async () => {
  const victim = await startHttpListener();
  nameEverywhere(`http://127.0.0.1:${victim.port}/`);
  const { skipped } = await crawl();
  expect(site.hits).toEqual(
    expect.arrayContaining(["/maps.xml", "/leaving.xml", "/pages.xml", "/leaving", "/chain/2"]),
  );
  expect(skipped).toEqual(expect.arrayContaining(["/leaving", "/chain"]));
  expect(victim.hits).toEqual([]);
  await victim.stop();
});

test("[I5 control] were that address allowed, sitemaps and redirects would have had it fetched", async () => {
  const victim = await startHttpListener();
  nameEverywhere(`http://127.0.0.1:${victim.port}/`);
  const fetch = createGuardedFetch({
    allowedHosts: ["127.0.0.1"],
    contact: "http://localhost",
    ports: [site.port, victim.port],
  });
  const crawling = crawlSite(
    { fetch, wait: async () => {} },
    { address: `${origin}/`, include: [], exclude: [], depth: 3, pages: 100 },
    [],
    new AbortController().signal,
  );
  while (!(await crawling.next()).done);
  await fetch.close();
  expect(victim.hits.sort()).toEqual(["/chain", "/map", "/nested", "/page", "/sitemap"]);
  await victim.stop();
});
