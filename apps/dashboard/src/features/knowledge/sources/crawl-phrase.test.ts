import { expect, test } from "vitest";
import { type Crawl, crawlPhrase, isUnderWay } from "./crawl-phrase.ts";

const crawl = (more: Partial<Crawl>) =>
  ({ status: "done", seen: 0, changed: 0, unchanged: 0, gone: 0, skipped: 0, failed: 0, ...more }) as Crawl;

test.each([
  [{}, "0 pages asked for"],
  [{ seen: 1, changed: 1 }, "1 page asked for: 1 new or changed"],
  [
    { seen: 1_234, changed: 3, unchanged: 1_229, gone: 1, skipped: 0, failed: 1 },
    "1,234 pages asked for: 3 new or changed, 1,229 as they were, 1 gone, 1 failed",
  ],
])("%j is told as %j", (more, phrase) => {
  expect(crawlPhrase(crawl(more))).toBe(phrase);
});

test("a reading is under way from its order to its end", () => {
  const states = ["queued", "running", "done", "partial", "failed", "cancelled"] as const;
  expect(states.filter((status) => isUnderWay(crawl({ status })))).toEqual(["queued", "running"]);
});
