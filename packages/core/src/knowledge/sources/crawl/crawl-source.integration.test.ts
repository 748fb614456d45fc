import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SiteSettings, SourceId } from "@parley/contracts";
import { auditLog, changeChecks, crawlPages, sources } from "@parley/db/schema";
import { createGuardedFetch, type GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { createLogger } from "@parley/platform/log";
import { startHttpListener } from "@parley/platform/testing/http-listener";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createLibrary, createWordEmbedder } from "../../../testing/library.ts";
import { watchReaders } from "../../../testing/watch-readers.ts";
import { createWorld, type World } from "../../../testing/world.ts";
import { addDocument } from "../../add-document.ts";
import type { KnowledgeJobs } from "../../jobs.ts";
import { workOnCrawls } from "../../work-on-crawls.ts";
import { lockSource } from "../lock-source.ts";
import { cancelCrawlOf } from "./claim-crawl.ts";
import { crawlAsOperator } from "./crawl-as-operator.ts";
import type { CrawlOrder } from "./crawl-order.ts";
import { type CrawlServices, crawlSource, giveUpCrawl } from "./crawl-source.ts";

type Page = { body?: string; status?: number; etag?: string; type?: string; location?: string };

let world: World;
let pages: Record<string, Page>;
/** What was asked for, in order. */
let asked: string[];
let site: Awaited<ReturnType<typeof startHttpListener>>;
let fetch: GuardedFetch;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  pages = {};
  asked = [];
  site = await startHttpListener({ answer });
  fetch = createGuardedFetch({ allowedHosts: [`127.0.0.1:${site.port}`], contact: "http://localhost" });
});
afterEach(async () => {
  await fetch.close();
  await site.stop();
});

function answer(request: IncomingMessage, response: ServerResponse) {
  const url = request.url ?? "";
  const page = pages[url] ?? { status: 404 };
  const isKnown = page.etag !== undefined && request.headers["if-none-match"] === page.etag;
  const status = isKnown ? 304 : (page.status ?? 200);
  if (!/robots|sitemap/.test(url)) asked.push(status === 200 ? url : `${url} ${status}`);
  const { etag, location, type = "text/html" } = page;
  response.writeHead(status, { "content-type": type, ...(etag && { etag }), ...(location && { location }) });
  response.end(isKnown ? undefined : page.body);
}
const page = (words: string, ...to: string[]) =>
  `<html><title>${words}</title><main><h1>Page</h1><p>${words}</p>${to.map((href) => `<a href="${href}">more</a>`).join(" ")}</main></html>`;
const unreadable: Page = { type: "application/pdf", body: "This is none." };
const never = new AbortController().signal;

async function newSite(settings: Partial<SiteSettings> = {}) {
  const tenant = await world.tenant();
  const { tenantId } = tenant;
  const sourceId = SourceId.parse(randomUUID());
  const { sources } = tenant.api.knowledge;
  const address = `http://127.0.0.1:${site.port}/`;
  await sources.create({ id: sourceId, kind: "site", name: "Site", site: { address, ...settings } });
  const library = createLibrary(world.db, tenantId, createWordEmbedder());
  const orders: { name: string; order: CrawlOrder }[] = [];
  const jobs: Pick<KnowledgeJobs, "send"> = {
    async send(_tx, name, order) {
      if (name === "ingestDocument") library.orders.push(order as never);
      else orders.push({ name, order: order as CrawlOrder });
    },
  };
  const services: CrawlServices = { db: world.db, jobs, fetch, wait: async () => {}, now: () => 0 };
  const order = () => {
    const found = world.orders.filter(({ name, order }) => name === "crawlSource" && "sourceId" in order);
    return found.map(({ order }) => order as CrawlOrder).findLast((one) => one.sourceId === sourceId) as CrawlOrder;
  };
  const last = async () => {
    const [found] = (await sources.list()).sources;
    if (!found?.lastCrawl) throw new Error("there was a crawl");
    return found.lastCrawl;
  };
  return {
    ...tenant,
    sourceId,
    sources,
    library,
    services,
    orders,
    order,
    last,
    start: () => sources.crawl({ sourceId }),
    /** Begins a crawl and goes on with it until it is over; reads in what it brought. */
    async crawl(more: Partial<CrawlServices> = {}) {
      await sources.crawl({ sourceId });
      let next: CrawlOrder | undefined = order();
      while (next) {
        orders.length = 0;
        await crawlSource({ ...services, ...more }, next, never);
        next = orders.find(({ name }) => name === "crawlSource")?.order;
      }
      while (library.orders.length > 0) await library.ingest();
      return last();
    },
    paths: async () =>
      (await tenant.api.knowledge.documents.list({})).documents.map(({ path }) => path.replace(/^http:..[^/]*/, "")),
  };
}

describe("a site", () => {
  test("that is read otherwise from now on is followed anew, along pages that have not changed as well", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a"), etag: '"1"' };
    pages["/a"] = { body: page("The lion is yellow."), etag: '"1"' };
    const one = await newSite({ exclude: ["/a"] });
    await one.crawl();
    expect(await one.paths()).toEqual(["/"]);
    const { sources } = await one.sources.list();
    const settings = sources[0]?.site as SiteSettings;
    await one.sources.changeSite({ sourceId: one.sourceId, site: { ...settings, schedule: "weekly" } });
    asked.length = 0;
    await one.crawl();
    expect(asked).toEqual(["/ 304"]); // when it is read changes nothing of what is read
    await one.sources.changeSite({ sourceId: one.sourceId, site: { ...settings, exclude: [] } });
    // Changed once more while it is read by what was said before: that reading follows the older patterns.
    const crawlAndChange = async (changed: Partial<SiteSettings>) => {
      const midway: GuardedFetch = {
        ...fetch,
        async get(...wanted) {
          const found = await fetch.get(...wanted);
          const site = { ...settings, exclude: [], ...changed };
          if (/^\/( 304)?$/.test(asked.at(-1) ?? "")) await one.sources.changeSite({ sourceId: one.sourceId, site });
          return found;
        },
      };
      await one.start();
      await crawlSource({ ...one.services, fetch: midway }, one.order(), never);
      asked.length = 0;
      await one.crawl();
    };
    await crawlAndChange({ depth: 9 });
    expect(asked).toEqual(["/", "/a"]);
    expect(await one.paths()).toEqual(["/", "/a"]);
    // Nor does it while they are read.
    pages["/a"] = { body: page("The lion is brown."), etag: '"2"' };
    await crawlAndChange({ depth: 9, schedule: "daily" });
    expect(asked).toEqual(["/ 304", "/a 304"]);
  });

  test.each([{}, { etag: '"2"' }])(
    "whose page's change was discarded brings it no more before it says something else (%o)",
    async (told) => {
      pages["/"] = { body: page("The elephant is grey.") };
      const one = await newSite();
      await one.crawl();
      await world.db.transaction(one.tenantId, (tx) => tx.insert(changeChecks).values({ mode: "ask" }));
      const { changes } = one.api.knowledgeTests;
      pages["/"] = { body: page("The elephant is pink."), ...told };
      await one.crawl();
      const { seen, documentsInAll } = await changes.get();
      expect(documentsInAll).toBe(1);
      await changes.discard({ seen: seen ?? "" });
      await one.crawl();
      expect(await changes.get()).toMatchObject({ seen: null, documentsInAll: 0 });
      expect(await one.library.search("elephant")).toMatchObject([{ text: "The elephant is grey." }]);
      pages["/"] = { body: page("The elephant is blue.") };
      await one.crawl();
      expect(await changes.get()).toMatchObject({ documentsInAll: 1 });
    },
  );

  test("whose new page was discarded brings it no more before it says something else, or somebody wants it after all", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a", "/b") };
    pages["/a"] = { body: page("The lion is yellow."), etag: '"1"' };
    pages["/b"] = { body: page("The zebra is striped.") };
    const one = await newSite();
    await world.db.transaction(one.tenantId, (tx) => tx.insert(changeChecks).values({ mode: "ask" }));
    const { knowledge, knowledgeTests } = one.api;
    const { changes } = knowledgeTests;
    await one.crawl();
    const { seen, documentsInAll } = await changes.get();
    expect(documentsInAll).toBe(3);
    await changes.discard({ seen: seen ?? "" });
    await one.crawl();
    expect(await changes.get()).toMatchObject({ seen: null, documentsInAll: 0 });
    const { documents } = await knowledge.documents.list({});
    const discarded = { status: "failed", failureCode: "document.discarded", version: 1, servedVersion: null };
    expect(documents).toMatchObject([discarded, discarded, discarded]);
    expect(await one.library.search("lion")).toEqual([]);

    pages["/b"] = { body: page("The zebra is black and white.") };
    await one.crawl();
    const [lion] = documents.filter(({ path }) => path.endsWith("/a"));
    if (!lion) throw new Error("the page is not there");
    world.orders.length = 0;
    await knowledge.documents.retry({ documentId: lion.id });
    for (const { name, order } of world.orders) {
      if (name === "ingestDocument") await one.library.ingest(order as never);
    }
    const held = await changes.get();
    expect(held.documents.map(({ version, isNew }) => ({ version, isNew }))).toEqual([
      { version: 1, isNew: true },
      { version: 2, isNew: true },
    ]);
    await changes.publish({ seen: held.seen ?? "", anyway: true });
    expect((await one.library.search("lion"))[0]).toMatchObject({ text: "The lion is yellow." });
  });

  test("whose pages were read before sites were sources becomes one; a folder with a file in it does not", async () => {
    const one = await newSite();
    const { tenantId } = one;
    const address = `http://127.0.0.1:${site.port}/old/`;
    const asked = { source: "Old", site: { address, include: [], exclude: [], depth: 3, pages: 10 } };
    const ask = () => world.db.transaction(tenantId, (tx) => crawlAsOperator(tx, one.services.jobs, asked, null));
    const add = (path: string, fetched?: { depth: number }) =>
      world.db.transaction(tenantId, (tx) =>
        addDocument(tx, one.services.jobs, {
          ...{ source: "Old", path, title: path, mediaType: "text/plain" as const, text: "It is old." },
          ...(fetched && { fetched }),
        }),
      );
    await add(`${address}a`, { depth: 1 });
    const { sourceId } = await ask();
    expect((await one.sources.list()).sources).toContainEqual(
      expect.objectContaining({ id: sourceId, kind: "site", site: { ...asked.site, schedule: "off" } }),
    );
    await world.db.transaction(tenantId, (tx) =>
      tx.update(sources).set({ kind: "folder", settings: null }).where(eq(sources.id, sourceId)),
    );
    await add("a.txt");
    await expect(ask()).rejects.toMatchObject({ code: "source.wrong_kind" });
  });

  test("tells which page it is asked for now, and how many of those found come after it", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a", "/b", "/c") };
    for (const path of ["/a", "/b", "/c"]) pages[path] = { body: page(`The animal ${path} is told of.`) };
    const one = await newSite();
    await one.start();
    expect(await one.last()).toMatchObject({ status: "queued", fetching: null, waiting: 0 });
    const told: unknown[] = [];
    const watched: GuardedFetch = {
      ...fetch,
      async get(...asked) {
        const { fetching, waiting } = await one.last();
        if (fetching) told.push([fetching.replace(/^http:..[^/]*/, ""), waiting]);
        return fetch.get(...asked);
      },
    };
    await crawlSource({ ...one.services, fetch: watched }, one.order(), never);
    expect(told).toEqual([
      ["/a", 2],
      ["/b", 1],
      ["/c", 0],
    ]);
    expect(await one.last()).toMatchObject({ status: "done", fetching: null, waiting: 0 });
  });

  test("that whoever runs the installation names is a source like any other, and is changed as they say", async () => {
    const one = await newSite();
    const jobs = one.services.jobs;
    const address = `http://127.0.0.1:${site.port}/`;
    const settings = { address, include: [], exclude: ["/b"], depth: 3, pages: 10 };
    const ask = (source: string, more = {}) =>
      world.db.transaction(one.tenantId, (tx) =>
        crawlAsOperator(tx, jobs, { source, site: { ...settings, ...more } }, null),
      );
    await one.sources.changeSite({ sourceId: one.sourceId, site: { ...settings, schedule: "daily" } });
    // As it is already: nothing is changed.
    expect(await ask("Site")).toEqual({ sourceId: one.sourceId });
    expect(await ask("Site")).toEqual({ sourceId: one.sourceId }); // as when the answer to the first was lost
    await expect(ask("Site", { depth: 1 })).rejects.toMatchObject({ code: "crawl.under_way" });
    await one.sources.cancelCrawl({ sourceId: one.sourceId });
    await ask("Site", { depth: 1 });
    const other = await ask("Another");
    const { sources } = await one.sources.list();
    expect(sources.map(({ id, name, site: read, lastCrawl }) => [id, name, read, lastCrawl?.status])).toEqual([
      [other.sourceId, "Another", { ...settings, schedule: "off" }, "queued"],
      [one.sourceId, "Site", { ...settings, depth: 1, schedule: "daily" }, "queued"],
    ]);
    await one.sources.create({ id: SourceId.parse(randomUUID()), kind: "upload", name: "Files" });
    await expect(ask("Files")).rejects.toMatchObject({ code: "source.wrong_kind" });

    const log = await world.db.read(one.tenantId, (read) => read.select().from(auditLog).orderBy(auditLog.seq));
    expect(log.filter(({ actorKind }) => actorKind === "operator")).toMatchObject([
      { action: "source.changed", targetId: one.sourceId },
      { action: "source.created", targetId: other.sourceId },
    ]);
  });

  test("is read page by page, is found by what it says, and tells how far it is", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a", "/missing", "/broken") };
    pages["/a"] = { body: page("The lion is yellow.") };
    pages["/broken"] = { status: 500 };
    const { crawl, library, paths, ...owner } = await newSite();
    const crawled = await crawl();
    expect(crawled).toMatchObject({
      status: "done",
      seen: 4,
      changed: 2,
      failed: 1,
      skipped: 1,
      gone: 0,
      problems: [{ code: "page.missing" }, { code: "page.status", detail: "500" }],
    });
    expect(crawled.finishedAt).not.toBeNull();
    expect(await paths()).toEqual(["/", "/a"]);
    expect((await library.search("lion"))[0]?.text).toContain("The lion is yellow.");
    const told = (await world.announced(owner.tenantId)).filter(({ type }) => type === "source.changed");
    // Made, queued, begun, a page each, done.
    expect(told).toHaveLength(3 + 4 + 1);
    const entries = await world.db.read(owner.tenantId, (read) => read.select().from(auditLog));
    expect(
      entries.filter(({ action, actorKind }) => action === "document.added" && actorKind === "system"),
    ).toHaveLength(2);
  });

  test("that has not changed costs nothing, and a page that is gone is answered from no more", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a", "/b"), etag: '"1"' };
    pages["/a"] = { body: page("The lion is yellow.") };
    pages["/b"] = { body: page("The zebra has stripes.") };
    const { crawl, library, paths } = await newSite();
    await crawl();
    asked.length = 0;
    expect(await crawl()).toMatchObject({ status: "done", changed: 0, unchanged: 3, gone: 0 });
    expect(asked).toContain("/ 304");
    expect(library.orders).toEqual([]);

    delete pages["/a"];
    pages["/b"] = { body: page("The zebra has spots.") };
    expect(await crawl()).toMatchObject({ changed: 1, unchanged: 1, gone: 1 });
    expect((await library.search("lion")).map(({ text }) => text).join()).not.toContain("lion");
    expect((await library.search("zebra"))[0]?.text).toContain("spots");
    expect(await paths()).toEqual(["/", "/b"]);
  });

  test("whose page can't be read any more goes on being answered from as it was", async () => {
    pages["/"] = { body: page("The elephant is grey.") };
    const { crawl, library } = await newSite();
    await crawl();
    pages["/"] = { status: 503 };
    expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
    expect(await library.search("elephant")).toHaveLength(1);
  });

  test.each([401, 403, 451])(
    "that keeps a page from everybody (%i) is answered from without it at the second crawl in a row",
    async (status) => {
      const shown = {
        "/": { body: page("The elephant is grey.", "/a") },
        "/a": { body: page("The lion is yellow."), etag: '"1"' },
      };
      pages = { ...shown };
      const { crawl, paths, last } = await newSite();
      await crawl();

      const kept = { status };
      pages["/a"] = kept;
      expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
      // It is there again, as it was; and is kept again, which is the first time.
      pages = { ...shown };
      expect(await crawl()).toMatchObject({ unchanged: 2 });
      expect(asked).toContain("/a 304");
      pages["/a"] = kept;
      expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
      // That it does not answer says nothing of the page.
      pages["/a"] = { status: 503 };
      expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
      expect(await paths()).toEqual(["/", "/a"]);
      // That it can't be read says that it is there.
      pages["/a"] = unreadable;
      expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
      pages["/a"] = kept;
      expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
      expect(await paths()).toEqual(["/", "/a"]);

      expect(await crawl()).toMatchObject({ failed: 0, gone: 1 });
      expect((await last()).problems).toEqual([expect.objectContaining({ code: "page.status", detail: `${status}` })]);
      expect(await paths()).toEqual(["/"]);
      // Nothing is known of it, so nothing is gone.
      expect(await crawl()).toMatchObject({ failed: 1, gone: 0 });
      pages = { ...shown };
      await crawl();
      expect(await paths()).toEqual(["/", "/a"]);
    },
  );

  test.each([401, 403, 451])(
    "that keeps all of its pages from us (%i) loses none of them, however often it is read",
    async (status) => {
      const shown = { "/": { body: page("The elephant is grey.", "/a") }, "/a": { body: page("The lion is yellow.") } };
      pages = { ...shown };
      const { crawl, paths } = await newSite();
      await crawl();
      pages = { "/": { status }, "/a": { status } };
      for (let time = 0; time < 3; time += 1) expect(await crawl()).toMatchObject({ failed: 2, gone: 0 });
      expect(await paths()).toEqual(["/", "/a"]);
    },
  );

  test("of whose pages one can't be read is read at the address that names that one as its own", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a?print") };
    pages["/a?print"] = { body: `<link rel="canonical" href="/a">${page("The lion is yellow.")}` };
    pages["/a"] = unreadable;
    const { crawl, paths } = await newSite();
    expect(await crawl()).toMatchObject({ changed: 2, failed: 1 });
    expect(await paths()).toEqual(["/", "/a?print"]);
    pages["/a"] = { body: page("The lion is yellow.") };
    await crawl();
    expect(await paths()).toEqual(["/", "/a"]);
    // What is known of it stays, and is said once.
    pages["/a"] = unreadable;
    expect(await crawl()).toMatchObject({ failed: 1, skipped: 1 });
    expect(await paths()).toEqual(["/", "/a"]);
  });

  test.each([
    ["by nothing else", []],
    ["later", ["/guide-2"]],
  ])(
    "of which a page has moved to where it can't be read, which is linked %s, keeps what is known of it",
    async (_how, links) => {
      pages["/"] = { body: page("The elephant is grey.", "/guide", ...links) };
      pages["/guide"] = { body: page("The lion is yellow.") };
      const { crawl, paths } = await newSite();
      await crawl();
      pages["/guide"] = { status: 301, location: "/guide-2" };
      pages["/guide-2"] = unreadable;
      for (let times = 0; times < 2; times += 1) {
        await crawl();
        expect(await paths()).toEqual(["/", "/guide"]);
      }
      pages["/guide-2"] = { body: page("The lion is yellow.") };
      await crawl();
      expect(await paths()).toEqual(["/", "/guide-2"]);
    },
  );

  test("with more pages than were asked for says so", async () => {
    pages["/"] = { body: page("One", "/a", "/b", "/c") };
    for (const name of ["a", "b", "c"]) pages[`/${name}`] = { body: page(name) };
    const { crawl } = await newSite({ pages: 2 });
    expect(await crawl()).toMatchObject({ status: "partial", seen: 2, why: { code: "crawl.more_pages", detail: "2" } });
  });

  test("whose limit was lowered while it was read is not read beyond it", async () => {
    const names = ["a", "b", "c", "d"];
    pages["/"] = { body: page("One", ...names.map((name) => `/${name}`)) };
    for (const name of names) pages[`/${name}`] = { body: page(name) };
    const { crawl, sources, sourceId } = await newSite({ pages: 10 });
    let clock = 0;
    const now = () => {
      clock += 20_000;
      return clock;
    };
    const lower = SiteSettings.parse({ address: `http://127.0.0.1:${site.port}/`, pages: 1 });
    const lowered = async (...given: Parameters<typeof fetch.get>) => {
      const answer = await fetch.get(...given);
      if (String(given[0]).endsWith("/b")) await sources.changeSite({ sourceId, site: lower });
      return answer;
    };
    const ended = await crawl({ now, fetch: { ...fetch, get: lowered } });
    expect(ended).toMatchObject({ status: "partial", why: { code: "crawl.more_pages", detail: "1" } });
    expect(asked.length).toBeLessThan(5);
  });

  test("whose sitemap names tens of thousands of addresses is read", async () => {
    pages["/"] = { body: page("One") };
    const places = Array.from({ length: 20_000 }, (_, n) => `<url><loc>http://127.0.0.1:${site.port}/${n}</loc></url>`);
    pages["/sitemap.xml"] = { body: `<urlset>${places.join("")}</urlset>` };
    pages["/0"] = { body: page("Naught") };
    const { crawl } = await newSite({ pages: 2 });
    expect(await crawl()).toMatchObject({ status: "partial", seen: 2, changed: 2 });
  });

  test("that does not answer at all fails, and may be read again", async () => {
    const { crawl } = await newSite();
    await site.stop();
    expect(await crawl()).toMatchObject({ status: "failed", why: { code: "fetch.unreachable" } });
    expect(await crawl()).toMatchObject({ status: "failed" });
    site = await startHttpListener({ answer });
  });
});

describe("a crawl", () => {
  /** Time is up after each page. */
  const short = () => {
    let time = 0;
    return () => {
      time += 40_000;
      return time;
    };
  };

  const chain = (length: number) => {
    for (let index = 0; index < length; index += 1) {
      pages[index === 0 ? "/" : `/p${index}`] = { body: page(`Page number ${index}`, `/p${index + 1}`) };
    }
  };

  test("goes on in one job after the other, and asks for each page once", async () => {
    chain(6);
    const { crawl, paths } = await newSite({ depth: 20 });
    const crawled = await crawl({ now: short() });
    expect(crawled).toMatchObject({ status: "done", seen: 7, changed: 6 });
    expect(asked).toEqual(["/", "/p1", "/p2", "/p3", "/p4", "/p5", "/p6 404"]);
    expect(await paths()).toHaveLength(6);
  });

  test("reads a site whose first page names another address, where nothing can be had, in one job after the other as well", async () => {
    pages["/"] = { body: `<link rel="canonical" href="/home">${page("The elephant is grey.", "/a", "/b")}` };
    pages["/home"] = { status: 500 };
    pages["/a"] = { body: page("The lion is yellow.") };
    pages["/b"] = { body: page("The zebra is striped.") };
    const { crawl, paths } = await newSite();
    expect(await crawl({ now: short() })).toMatchObject({ status: "done" });
    expect(await paths()).toEqual(["/", "/a", "/b"]);
  });

  test("counts against its limit what it asked for alone, in however many jobs", async () => {
    pages["/robots.txt"] = { body: "User-agent: *\nDisallow: /no" };
    const forbidden = Array.from({ length: 6 }, (_, n) => `/no/${n}`);
    pages["/"] = { body: page("One", ...forbidden, "/a", "/b", "/c", "/d") };
    for (const name of ["a", "b", "c", "d"]) pages[`/${name}`] = { body: page(name) };
    const { crawl } = await newSite({ pages: 4 });
    expect(await crawl({ now: short() })).toMatchObject({ status: "partial", seen: 10, changed: 4, skipped: 6 });
    expect(asked).toEqual(["/", "/a", "/b", "/c"]);
  });

  test("leaves a site alone that does not answer five times in a row, in however many jobs", async () => {
    const names = Array.from({ length: 9 }, (_, n) => `/${n}`);
    pages["/"] = { body: page("One", ...names) };
    for (const name of names) pages[name] = { status: name === "/1" ? 404 : 500 };
    const { crawl } = await newSite();
    const ended = await crawl({ now: short() });
    expect(ended).toMatchObject({ status: "partial", why: { code: "crawl.not_answering", detail: "5" }, failed: 6 });
    expect(asked.at(-1)).toBe("/6 500");
  });

  test("asks for the sitemap once, in however many jobs", async () => {
    const place = (path: string) => `<url><loc>http://127.0.0.1:${site.port}${path}</loc></url>`;
    pages["/"] = { body: page("One") };
    pages["/sitemap.xml"] = { body: `<urlset>${place("/a")}${place("/b")}${place("/c")}</urlset>` };
    for (const name of ["a", "b", "c"]) pages[`/${name}`] = { body: page(name) };
    const { crawl } = await newSite();
    let sitemaps = 0;
    const counting = (...given: Parameters<typeof fetch.get>) => {
      if (String(given[0]).endsWith("/sitemap.xml")) sitemaps += 1;
      return fetch.get(...given);
    };
    expect(await crawl({ now: short(), fetch: { ...fetch, get: counting } })).toMatchObject({
      status: "done",
      seen: 4,
    });
    expect(sitemaps).toBe(1);
  });

  test("reads two hundred pages in a job, for all of which what is known of the site is listed once", {
    timeout: 120_000,
  }, async () => {
    const links = Array.from({ length: 205 }, (_, index) => `/missing/${index}`);
    pages["/"] = { body: page("The elephant is grey.", ...links) };
    const { start, order, orders, services, last } = await newSite();
    await start();
    const read = vi.spyOn(world.db, "read");
    const jobs: { asked: number; listed: number }[] = [];
    for (let next: CrawlOrder | undefined = order(); next; next = orders.at(-1)?.order) {
      orders.length = 0;
      asked.length = 0;
      read.mockClear();
      await crawlSource(services, next, never);
      jobs.push({ asked: asked.length, listed: read.mock.calls.length });
    }
    read.mockRestore();
    // Of the pages that the source holds, and of the addresses that the crawl has found.
    expect(jobs).toEqual([
      { asked: 200, listed: 2 },
      { asked: 6, listed: 2 },
    ]);
    expect(await last()).toMatchObject({ status: "done", seen: 206 });
  });

  test("and whoever cancels it at the same moment don't wait for each other", async () => {
    pages["/"] = { body: page("One") };
    const { start, order, services, last, tenantId, sourceId } = await newSite();
    await start();
    const outside = AsyncLocalStorage.snapshot();
    const crawling = await world.db.transaction(tenantId, async (tx) => {
      // As `cancelCrawl`: first the source, then its crawl, while a page is being stored in between.
      await lockSource(tx, sourceId);
      const running = outside(() => crawlSource(services, order(), never));
      const isWaitedFor = sql`select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`;
      await expect.poll(async () => (await tx.execute(isWaitedFor)).rows, { timeout: 20_000 }).not.toEqual([]);
      expect(await cancelCrawlOf(tx, sourceId)).toBe(true);
      return { running };
    });
    await crawling.running;
    expect(await last()).toMatchObject({ status: "cancelled", seen: 0 });
  });

  test.each([1, 2, 3, 4])("whose process died at page %i is gone on with from there", async (at) => {
    chain(4);
    const { start, order, services, last, paths, tenantId } = await newSite({ depth: 20 });
    await start();
    let stored = 0;
    const dying: World["db"] = {
      ...world.db,
      async transaction(scope, work) {
        // Claiming it comes first.
        if (stored > at) throw new Error("the process died");
        stored += 1;
        return world.db.transaction(scope, work);
      },
    };
    await expect(crawlSource({ ...services, db: dying }, order(), never)).rejects.toThrow("died");
    expect(await last()).toMatchObject({ status: "running", seen: at });
    await crawlSource(services, order(), never);
    expect(await last()).toMatchObject({ status: "done", seen: 5, changed: 4, skipped: 1 });
    // The page that it was at is asked for once more, and no other.
    expect(asked).toHaveLength(6);
    expect(await paths()).toHaveLength(4);
    const left = await world.db.read(tenantId, (read) => read.select().from(crawlPages));
    expect(left).toEqual([]);
  });

  test("is one at a time of a source; one that is cancelled asks for no more and stores nothing", async () => {
    chain(4);
    const { start, sources, sourceId, order, services, last, paths, orders } = await newSite({ depth: 20 });
    await expect(sources.cancelCrawl({ sourceId })).rejects.toMatchObject({ message: "crawl.not_under_way" });
    await start();
    await expect(start()).rejects.toMatchObject({ message: "crawl.under_way" });
    let waits = 0;
    pages["/robots.txt"] = { body: "User-agent: *\nCrawl-delay: 1" };
    const wait = async () => {
      waits += 1;
      if (waits === 2) await sources.cancelCrawl({ sourceId });
    };
    await crawlSource({ ...services, wait }, order(), never);
    expect(await last()).toMatchObject({ status: "cancelled", seen: 2, changed: 2 });
    expect(await paths()).toHaveLength(2);
    expect(orders).toEqual([]);
    // Its job, should there be one, does nothing.
    await crawlSource(services, order(), never);
    expect(await last()).toMatchObject({ status: "cancelled", seen: 2 });
    await start();
  });

  test("ends with its source", async () => {
    chain(3);
    const { start, sources, sourceId, order, services, tenantId, api } = await newSite({ depth: 20 });
    await start();
    await sources.remove({ sourceId });
    await crawlSource(services, order(), never);
    expect(asked).toEqual([]);
    expect((await api.knowledge.documents.list({})).documents).toEqual([]);
    const { rows } = await world.db.read(tenantId, (read) => read.execute(sql`select status from crawls`));
    expect(rows).toEqual([{ status: "cancelled" }]);
  });

  test("of which an earlier job still runs is the later one's", async () => {
    chain(4);
    const { start, order, services, last, orders } = await newSite({ depth: 20 });
    await start();
    pages["/robots.txt"] = { body: "User-agent: *\nCrawl-delay: 1" };
    let waits = 0;
    const wait = async () => {
      waits += 1;
      if (waits === 1) await crawlSource({ ...services, wait: async () => {}, now: short() }, order(), never);
    };
    await crawlSource({ ...services, wait }, order(), never);
    // One page of each: what the earlier one has asked for after that, it could not store.
    expect(await last()).toMatchObject({ status: "running", seen: 2, changed: 2 });
    expect(orders.filter(({ name }) => name === "crawlSource")).toHaveLength(1);
    await crawlSource({ ...services, wait: async () => {} }, order(), never);
    expect(await last()).toMatchObject({ status: "done", seen: 5, changed: 4 });
  });

  test("that can't be gone on with is given up, and another one may begin", async () => {
    const { start, order, last } = await newSite();
    await start();
    await giveUpCrawl({ db: world.db }, order());
    expect(await last()).toMatchObject({ status: "failed", why: { code: "crawl.given_up", detail: "5" } });
    await start();
  });
});

describe("the thread that reads a crawl's pages", () => {
  test("is its job's: two sites that are read side by side share none, and none is left when they are read", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a", "/b") };
    pages["/a"] = { body: page("The lion is yellow.") };
    pages["/b"] = { body: page("The zebra is striped.") };
    const [ours, theirs] = [await newSite(), await newSite()];
    await Promise.all([ours.start(), theirs.start()]);
    // Each has a page read before either goes on.
    let met = 0;
    let meet: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const together: GuardedFetch = {
      ...fetch,
      async get(...wanted) {
        if (wanted[0].endsWith("/a") && ++met === 2) meet();
        if (wanted[0].endsWith("/a")) await both;
        return fetch.get(...wanted);
      },
    };
    using readers = watchReaders();
    await Promise.all(
      [ours, theirs].map((one) => crawlSource({ ...one.services, fetch: together }, one.order(), never)),
    );
    expect(await ours.last()).toMatchObject({ status: "done", changed: 3 });
    expect(await theirs.last()).toMatchObject({ status: "done", changed: 3 });
    expect(readers.started).toHaveLength(2);
    expect(readers.running()).toBe(0);
  });

  test("ends with a job that is ended", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a") };
    const { start, order, services } = await newSite();
    await start();
    const ending = new AbortController();
    const { signal } = ending;
    using readers = watchReaders();
    const midway: GuardedFetch = {
      ...fetch,
      async get(...wanted) {
        if (wanted[0].endsWith("/a")) ending.abort(new Error("this process ends"));
        return fetch.get(...wanted);
      },
    };
    await expect(crawlSource({ ...services, fetch: midway }, order(), signal)).rejects.toThrow("this process ends");
    expect(readers.started).toHaveLength(1);
    expect(readers.running()).toBe(0);
  });

  test("ends with a page that is more than it bears, and the next page is read by another", async () => {
    pages["/"] = { body: page("The elephant is grey.", "/a", "/b") };
    pages["/a"] = { body: "<div>".repeat(50_000) };
    pages["/b"] = { body: page("The zebra is striped.") };
    const one = await newSite();
    using readers = watchReaders();
    expect(await one.crawl()).toMatchObject({ changed: 2, failed: 1, problems: [{ code: "document.too_complex" }] });
    expect(await one.paths()).toEqual(["/", "/b"]);
    expect(readers.started).toHaveLength(2);
    expect(readers.running()).toBe(0);
  });
});

describe("a schedule", () => {
  test("begins a crawl when it is due, once, and says when the next one is", async () => {
    const { sources, sourceId, tenantId, orders, services, start } = await newSite({ schedule: "daily" });
    const other = await newSite({ schedule: "off" });
    const nextOf = async () => (await sources.list()).sources[0]?.nextCrawlAt;
    const first = await nextOf();
    expect(first).not.toBeNull();
    expect((await other.sources.list()).sources[0]?.nextCrawlAt).toBeNull();
    const logger = createLogger({ level: "silent", format: "json" });
    const work = workOnCrawls({ db: world.db, jobs: services.jobs as KnowledgeJobs, fetch, logger });
    await work.startDue();
    expect(orders).toEqual([]);

    await world.db.transaction(tenantId, (tx) => tx.execute(sql`update sources set next_crawl_at = now()`));
    await Promise.all([work.startDue(), work.startDue()]);
    expect(orders).toMatchObject([{ name: "crawlSource", order: { tenantId, sourceId } }]);
    expect(Number(await nextOf())).toBeGreaterThan(Number(first));
    await expect(start()).rejects.toMatchObject({ message: "crawl.under_way" });

    await sources.changeSite({ sourceId, site: { address: "https://docs.example.com/", schedule: "off" } });
    expect(await nextOf()).toBeNull();
  });
});
