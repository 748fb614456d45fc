import { expect, test } from "vitest";
import { makePdf, pageOf } from "../../testing/make-pdf.ts";
import { parseInWorker } from "./parse-in-worker.ts";
import type { PageProgress } from "./parsed.ts";

const table = new TextEncoder().encode("a,b\n1,2\n");

test.each([
  [24, []],
  [60, [25, 50]],
  [600, Array.from({ length: 20 }, (_, index) => 30 * (index + 1))],
])("of a file of %i pages it is told how many are read, twenty times at most", async (pages, expected) => {
  const told: PageProgress[] = [];
  await parseInWorker("pdf", makePdf(pageOf("Words."), pages), { onPages: (progress) => told.push(progress) });
  expect(told).toEqual(expected.map((done) => ({ done, of: pages })));
});

test("a file that is not wanted any more is read no further, and the next one has its turn", async () => {
  const unwanted = new AbortController();
  const told: PageProgress[] = [];
  const reading = parseInWorker("pdf", makePdf(pageOf("Words."), 5_000), {
    signal: unwanted.signal,
    onPages(progress) {
      told.push(progress);
      unwanted.abort(new Error("not wanted"));
    },
  });
  await expect(reading).rejects.toThrow("not wanted");
  expect(await parseInWorker("csv", table)).toMatchObject({ text: "- a: 1\\\n  b: 2\n" });
  expect(told.at(-1)?.done).toBeLessThan(5_000);
});

test("a file that waits for its turn waits no longer than it is wanted", async () => {
  const unwanted = new AbortController();
  const before = parseInWorker("pdf", makePdf(pageOf("Words."), 1_000));
  const waiting = parseInWorker("csv", table, { signal: unwanted.signal });
  unwanted.abort(new Error("not wanted"));
  const first = await Promise.race([
    before.then(() => "the one before"),
    waiting.catch((error: Error) => error.message),
  ]);
  expect(first).toBe("not wanted");
  await before;
  await expect(parseInWorker("csv", table, { signal: unwanted.signal })).rejects.toThrow("not wanted");
});
