import { expect, test } from "vitest";
import { describeProgress, isBeingRead } from "./describe-progress.ts";

test("of a file that is parsed the pages are told, of a document that is embedded the chunks", () => {
  expect(describeProgress({ status: "parsing", progress: { done: 100, of: 500 } })).toBe("100 of 500 pages are read");
  expect(describeProgress({ status: "embedding", progress: { done: 1, of: 2 } })).toBe("1 of 2 chunks are embedded");
});

test("nothing is told where nobody knows", () => {
  expect(describeProgress({ status: "parsing", progress: null })).toBeUndefined();
});

test("what is over can't be stopped", () => {
  const states = ["queued", "parsing", "embedding", "held", "ready", "failed"] as const;
  expect(states.filter((status) => isBeingRead({ status }))).toEqual(["queued", "parsing", "embedding"]);
});
