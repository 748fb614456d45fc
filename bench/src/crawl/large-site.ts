import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Pages that a page leads to below it. */
const below = 10;
/** Pages that all of them lead to, as by a menu. */
const inMenu = 20;
/** Of the pages that lead to none below them, one in so many is not there. */
const missingEvery = 100;
/** What a crawl asks for beside pages. */
const others = new Map([
  ["/robots.txt", "robots"],
  ["/sitemap.xml", "sitemap"],
] as const) as ReadonlyMap<string, "robots" | "sitemap">;
const pagePath = /^\/(?:p\/(\d+))?$/;

/** What the site was asked for. */
type Asked = { whole: number; unchanged: number; missing: number; robots: number; sitemap: number };

/** A web site of so many small pages, at most ten of which hang on each; it says of each which version it is. */
export async function startLargeSite(pages: number) {
  const none: Asked = { whole: 0, unchanged: 0, missing: 0, robots: 0, sitemap: 0 };
  let asked = { ...none };
  let lastAt = 0;
  function answer(url: string, known: string | undefined, response: ServerResponse): keyof Asked {
    const [path, page = "0"] = pagePath.exec(url) ?? [];
    const number = Number(page);
    const isMissing = number >= pages || (number * below + 1 >= pages && number % missingEvery === missingEvery - 1);
    if (path === undefined || isMissing) {
      response.writeHead(404).end();
      return others.get(url) ?? "missing";
    }
    const etag = `"page-${number}"`;
    if (known === etag) {
      response.writeHead(304, { etag }).end();
      return "unchanged";
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", etag }).end(pageOf(number, pages));
    return "whole";
  }
  const server = createServer(({ url = "", headers }, response) => {
    asked[answer(url, headers["if-none-match"], response)] += 1;
    lastAt = performance.now();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    address: `http://${host}/`,
    /** What it was asked for since it was last asked this, and when that was over, by `performance.now()`. */
    takeAsked() {
      const taken = { ...asked, lastAt };
      asked = { ...none };
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const things = [
  "kettle",
  "lamp",
  "bicycle",
  "tent",
  "printer",
  "blanket",
  "clock",
  "ladder",
  "mirror",
  "suitcase",
  "radio",
];
const places = ["workshop", "warehouse", "showroom", "office", "garden", "harbour", "station"];
const remarks = [
  "is tested twice",
  "comes with a spare part",
  "is repaired for free",
  "may be returned",
  "is made to order",
];

function pageOf(number: number, pages: number): string {
  const title = `${pick(things, number)} number ${number}`;
  const sentences = Array.from({ length: 8 }, (_, index) => {
    const mixed = number * 13 + index * 5;
    const what = `The ${pick(things, mixed)} with the code ${number}-${index} ${pick(remarks, mixed + index)}`;
    return `${what} at the ${pick(places, mixed)} after ${mixed % 90} days.`;
  });
  const link = (to: number) => `<a href="/p/${to}">${pick(things, to)} number ${to}</a>`;
  const list = (from: number, count: number) =>
    Array.from({ length: Math.max(0, Math.min(count, pages - from)) }, (_, at) => `<li>${link(from + at)}</li>`).join(
      "",
    );
  return `<!doctype html><html lang="en"><head><title>${title}</title></head><body>
<nav><ul>${list(1, inMenu)}</ul></nav>
<main><h1>${title}</h1><p>${sentences.slice(0, 4).join(" ")}</p><p>${sentences.slice(4).join(" ")}</p></main>
<aside><ul>${list(number * below + 1, below)}</ul></aside></body></html>`;
}

const pick = (words: readonly string[], at: number): string => words[at % words.length] ?? "";
