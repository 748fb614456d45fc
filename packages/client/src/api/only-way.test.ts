import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// The linter knows the global by its name; this finds the other spellings, too.
const apps = fileURLToPath(new URL("../../../../apps", import.meta.url));
const otherWays =
  /(?<![\w.])fetch\s*\(|(?:window|globalThis|self)\s*(?:\.|\[["'`])fetch|XMLHttpRequest|sendBeacon|new EventSource|["']ky["']|["']axios["']/;
/** With a visitor's token and no cookie. */
const allowed = ["widget-sdk/src/session/widget-api.ts"];

test("no app reaches the api but by the one client", async () => {
  const files = (await readdir(apps, { recursive: true })).filter(
    (file) => /\/src\/.*\.tsx?$/.test(file) && !/\.test\.tsx?$|\/testing\/|node_modules/.test(file),
  );
  expect(files.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const file of files) if (otherWays.test(await readFile(`${apps}/${file}`, "utf8"))) found.push(file);
  expect(found).toEqual(allowed);
});

test.each([
  "fetch('/x')",
  "window.fetch(url)",
  "globalThis['fetch'](url)",
  "new XMLHttpRequest()",
  "navigator.sendBeacon(url)",
])("%s would be found", (code) => {
  expect(otherWays.test(code)).toBe(true);
});

test.each(["query.refetch()", "fetch: (url) => callApi(url)"])("%s would not", (code) => {
  expect(otherWays.test(code)).toBe(false);
});
