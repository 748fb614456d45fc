import { expect, test } from "vitest";
import { readRobots } from "./robots.ts";

const origin = "https://example.com";
const read = (text: string) => {
  const fetch = {
    get: async () => ({
      url: new URL(origin),
      status: 200,
      mediaType: "text/plain",
      bytes: Buffer.from(text),
      validators: {},
    }),
  };
  return readRobots(fetch, origin, new AbortController().signal);
};
const forbidden = async (text: string, ...paths: string[]) => {
  const robots = await read(text);
  return paths.filter((path) => !robots?.isAllowed(origin + path));
};

test("the groups that name us hold, all of them together, and otherwise those for everybody", async () => {
  const everybody = "User-agent: *\nDisallow: /a\n";
  expect(await forbidden(everybody, "/a", "/b")).toEqual(["/a"]);
  const some =
    "User-agent: others\nUser-Agent : PARLEYBOT/1.0 # us\n\nDisallow: /b # not there\nUser-agent: more\nDisallow: /c\n";
  expect(await forbidden(everybody + some, "/a", "/b", "/c")).toEqual(["/b"]);
  expect(await forbidden(`${some}user-agent: parleybot\nDISALLOW: /d\nAllow: /d/e`, "/b", "/c", "/d", "/d/e")).toEqual([
    "/b",
    "/d",
  ]);
  expect(await forbidden(`${everybody}User-agent: ParleyBot\nDisallow:\n`, "/a")).toEqual([]);
  expect(await forbidden("Disallow: /a\n", "/a")).toEqual([]);
});

test("sitemaps are everybody's, wherever they are named, and a delay is ours", async () => {
  const robots = await read(
    "Sitemap: https://example.com/1\nUser-agent: a\nSitemap: https://example.com/2\nCrawl-delay: 9\nUser-agent: *\nCrawl-delay: 1.5\n",
  );
  expect(robots).toMatchObject({
    sitemaps: ["https://example.com/1", "https://example.com/2"],
    delayMs: 1_500,
  });
});

// A parser that keeps each rule for each agent has a thousand million of them here, and ends the process.
test("[I9] rules for many agents cost no more than their own length", async () => {
  const text = `${"User-agent: a\n".repeat(35_000)}User-agent: *\n${"Disallow: /b\n".repeat(1_000)}`;
  expect(await forbidden(text, "/a", "/b")).toEqual(["/b"]);
});

test("[I10] a site whose rules are longer than can be compared with every address does not say what may be read", async () => {
  expect(await read(`User-agent: *\nDisallow: /${"*".repeat(900_000)}`)).toBeUndefined();
  expect(await read(`User-agent: *\n${"Disallow: /*a*b\n".repeat(40_000)}`)).toBeUndefined();
  expect(await read(`User-agent: others\n${"Disallow: /*a*b\n".repeat(40_000)}`)).toBeDefined();
});
