import { expect, test } from "vitest";
import { RecentIds } from "./recent-ids.ts";

test("knows the last ids again, and forgets old ones", () => {
  const recent = new RecentIds(100);
  for (let id = 0; id < 1_000; id += 1) expect(recent.seen(`${id}`)).toBe(false);

  for (let id = 900; id < 1_000; id += 1) expect(recent.seen(`${id}`)).toBe(true);
  expect(recent.seen("0")).toBe(false);
});
