import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("lets a burst pass, then so many a second, and never saves up more than a burst", () => {
  let now = 0;
  const bucket = new TokenBucket({ burst: 3, perSecond: 2, now: () => now });
  const passed = (tries: number) => Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;

  expect(passed(10)).toBe(3);
  now += 1_000;
  expect(passed(10)).toBe(2);
  now += 499;
  expect(passed(1)).toBe(0);
  now += 1;
  expect(passed(1)).toBe(1);
  now += 3_600_000;
  expect(passed(10)).toBe(3);
});
