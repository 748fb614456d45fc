import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

test("costs a page at most 5 KiB, and brings no schema library along", async () => {
  const bundle = (await build({
    configFile: false,
    logLevel: "silent",
    root: fileURLToPath(new URL("..", import.meta.url)),
    build: { write: false, target: "es2022", lib: { entry: "src/index.ts", formats: ["es"], fileName: "client" } },
  })) as Rolldown.RolldownOutput[];
  const modules = bundle.flatMap(({ output }) =>
    output.flatMap((part) => ("modules" in part ? Object.keys(part.modules) : [])),
  );
  const code = bundle.flatMap(({ output }) => output.map((part) => ("code" in part ? part.code : ""))).join("");

  expect(modules.filter((id) => !/packages\/client\/src|partysocket/.test(id))).toEqual([]);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(5 * 1024);
});
