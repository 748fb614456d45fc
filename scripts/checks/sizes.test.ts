import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { measureSizes, overBudget } from "./sizes.mjs";

let apps: string;
/** Bytes that don't compress: as many as the file is to weigh, but for gzip's own few. */
const write = (file: string, bytes: number, names = "") => {
  const name = path.join(apps, file);
  mkdirSync(path.dirname(name), { recursive: true });
  writeFileSync(name, Buffer.concat([Buffer.from(names), randomBytes(bytes)]));
};

beforeEach(() => {
  apps = mkdtempSync(path.join(tmpdir(), "parley-sizes-"));
  write("widget-sdk/dist/parley.js", 900, "panel-abc.js");
  write("widget-sdk/dist/panel-abc.js", 20_000);
  write("widget-sdk/dist/panel-old.js", 20_000); // of an earlier build
  write("widget-sdk/dist/index.js", 50_000);
  write("dashboard/dist/assets/index.js", 100_000);
  write("dashboard/dist/assets/shared.js", 20_000);
  write("dashboard/dist/assets/none.js", 5_000);
  write("dashboard/dist/assets/later.js", 90_000);
  mkdirSync(path.join(apps, "dashboard/dist/.vite"));
  const manifest = {
    "index.html": { file: "assets/index.js", imports: ["_shared.js"], dynamicImports: ["later.tsx"] },
    "src/features/inbox/no-conversation.tsx": { file: "assets/none.js", imports: ["_shared.js", "index.html"] },
    "_shared.js": { file: "assets/shared.js" },
    "later.tsx": { file: "assets/later.js" },
  };
  writeFileSync(path.join(apps, "dashboard/dist/.vite/manifest.json"), JSON.stringify(manifest));
});
afterEach(() => rmSync(apps, { recursive: true }));

test("what a page loads counts once, and what it loads later does not", () => {
  const [loader, widget, dashboard] = measureSizes(apps).map(({ size }) => size);
  expect(loader).toBeGreaterThan(900);
  expect(loader).toBeLessThan(1_000);
  expect(widget).toBeGreaterThan(20_900);
  expect(widget).toBeLessThan(21_100);
  expect(dashboard).toBeGreaterThan(125_000);
  expect(dashboard).toBeLessThan(125_300);
  expect(overBudget(measureSizes(apps))).toEqual([]);
});

test("each that is over its budget is told of, with by how much", () => {
  write("widget-sdk/dist/parley.js", 1_100);
  write("dashboard/dist/assets/index.js", 110_000);
  const sizes = measureSizes(apps);
  expect(overBudget(sizes)).toEqual([
    `The widget's loader is ${sizes[0]?.size} bytes gzipped, ${(sizes[0]?.size ?? 0) - 1_024} more than the 1024 that it may be: load lazily what is not shown at once.`,
    `The dashboard's first view after sign-in is ${sizes[2]?.size} bytes gzipped, ${(sizes[2]?.size ?? 0) - 134_000} more than the 134000 that it may be: load lazily what is not shown at once.`,
  ]);
});

test("exactly the budget is within it", () => {
  expect(overBudget([{ what: "a page", size: 10, budget: 10 }])).toEqual([]);
  expect(overBudget([{ what: "a page", size: 11, budget: 10 }])).toEqual([
    "A page is 11 bytes gzipped, 1 more than the 10 that it may be: load lazily what is not shown at once.",
  ]);
});

test("apps that were not built are no small apps", () => {
  rmSync(path.join(apps, "widget-sdk/dist"), { recursive: true });
  expect(() => measureSizes(apps)).toThrow();
});
