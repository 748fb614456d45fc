import { expect, test } from "vitest";
import { limitConcurrency } from "./limit-concurrency.ts";

test("runs so many at a time, in order, and goes on after a failure", async () => {
  const limited = limitConcurrency(2);
  const started: number[] = [];
  const work = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  const results = work.map(({ promise }, index) =>
    limited(() => {
      started.push(index);
      return promise;
    }).then(
      () => "done",
      () => "failed",
    ),
  );

  expect(started).toEqual([0, 1]);
  work[1]?.reject(new Error("no"));
  await results[1];
  expect(started).toEqual([0, 1, 2]);
  for (const { resolve } of work) resolve();

  expect(await Promise.all(results)).toEqual(["done", "failed", "done", "done", "done", "done"]);
  expect(started).toEqual([0, 1, 2, 3, 4, 5]);
});
