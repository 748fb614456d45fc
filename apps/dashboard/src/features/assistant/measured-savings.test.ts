import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measuredSavings } from "./measured-savings.ts";

const benchmarks = readFileSync(new URL("../../../../../docs/benchmarks.md", import.meta.url), "utf8");

test.each(["economical", "balanced"] as const)("what is told of %s is what was measured last", (quality) => {
  const [, figures = ""] = benchmarks.match(new RegExp(`at "${quality}" \\|[^|]*\\|([^|]*)\\| .bench:saving`)) ?? [];
  expect(figures.match(/\.\d\d/g)?.map((part) => Math.round(100 * Number(part)))).toEqual(measuredSavings[quality]);
});
