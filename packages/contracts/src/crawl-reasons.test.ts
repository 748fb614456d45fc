import { expect, test } from "vitest";
import { type CrawlReason, describeCrawlReason } from "./crawl-reasons.ts";

test.each<[CrawlReason, string]>([
  [{ code: "page.missing" }, "The site has no such page."],
  [{ code: "page.status", detail: "503" }, "The site answers with status 503."],
  [{ code: "page.not_readable", detail: "" }, "It is no page that can be read (its type is not told)."],
  [{ code: "page.not_part", detail: "https://example.com/" }, "It is not part of what is read: https://example.com/."],
  [{ code: "crawl.told", detail: "A sentence of before." }, "A sentence of before."],
  [{ code: "document.scanned" }, "The file holds pictures of pages, and no text."],
])("%j is told as %j", (reason, words) => {
  expect(describeCrawlReason(reason)).toBe(words);
});

test("what is wrong with a file may be told otherwise", () => {
  expect(describeCrawlReason({ code: "document.scanned" }, (code) => code)).toBe("document.scanned");
});

test("a sentence that a worker of the release before has left is told as it is", () => {
  expect(describeCrawlReason({ reason: "It is gone." })).toBe("It is gone.");
});
