import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OperatorError } from "../operator-error.ts";
import { startApi } from "../testing/fake-api.ts";
import { crawl } from "./crawl.ts";

let output: string;
beforeEach(() => {
  output = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += text;
    return true;
  });
});
afterEach(() => void vi.restoreAllMocks());

test("[F12] a site whose pages wait for an embedder that does not answer is reported so, once nothing moves any more", async () => {
  let now = 0;
  const clock = {
    now: () => now,
    async pause(ms: number) {
      now += ms;
    },
  };
  const counts = { held: 0, failed: 0 };
  await using api = await startApi((url, send) => {
    if (url.endsWith("/crawls")) return send(200, { sourceId: "1" });
    // One page takes minutes to be read in; of the two others one is tried now and then.
    const [ready, parsing] = [now > 200_000 ? 1 : 0, now % 3 === 0 ? 1 : 0];
    const [embedding, queued] = [1 - ready, 2 - parsing];
    const documents = { ...counts, queued, parsing, embedding, waiting: queued, ready, serving: ready, total: 3 };
    const lastCrawl = {
      status: "done",
      finishedAt: "2026-01-01T00:00:00.000Z",
      seen: 3,
      changed: 3,
      problems: [{ address: "https://docs.example.com/a", code: "page.status", detail: "500" }],
    };
    const none = { why: { code: "crawl.more_pages", detail: "10" }, unchanged: 0, gone: 0, skipped: 0, failed: 0 };
    send(200, { lastCrawl: { ...lastCrawl, ...none }, documents });
  });
  const site = { address: "https://docs.example.com/", depth: 1, pages: 10, include: [], exclude: [] };
  expect(await crawl(await api.target(), { source: "Docs", site }, clock)).toBe(false);
  expect(now).toBeGreaterThanOrEqual(320_000);
  expect(now).toBeLessThan(330_000);
  expect(output).toContain("https://docs.example.com/a: The site answers with status 500.");
  expect(output).toContain("There is more than the 10 pages that were asked for.");
  expect(output).toContain("2 of its pages wait, since the embedder does not answer.");
});

test("a site that is removed while it is read is told of in a sentence", async () => {
  let looks = 0;
  await using api = await startApi((url, send) => {
    if (url.endsWith("/crawls")) return send(200, { sourceId: "1" });
    looks += 1;
    if (looks > 1) return send(404, { error: { code: "source.not_found", message: "There is no such source." } });
    const documents = { queued: 0, parsing: 0, embedding: 0, waiting: 0, held: 0, ready: 0, failed: 0 };
    send(200, { lastCrawl: { status: "running", finishedAt: null, seen: 1 }, documents });
  });
  const site = { address: "https://docs.example.com/", depth: 1, pages: 10, include: [], exclude: [] };
  const crawling = crawl(await api.target(), { source: "Docs", site }, { now: () => 0, pause: async () => {} });
  await expect(crawling).rejects.toThrow(new OperatorError("There is no such source."));
  await expect(crawling).rejects.toBeInstanceOf(OperatorError);
});
