// Fails when the first view after signing in loads more JavaScript than the budget. Run after `vite build`.
import { readFile } from "node:fs/promises";
import { constants, gzipSync } from "node:zlib";

/** Bytes, compressed. */
const budget = 134_000;
/** What the inbox without an open conversation consists of, as vite's manifest names it. */
const firstView = ["index.html", "src/features/inbox/no-conversation.tsx"];

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));

const files = new Set();
const add = (name) => {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`${name} is not in the manifest: correct scripts/check-size.mjs`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) add(imported);
};
for (const name of firstView) add(name);

let total = 0;
for (const file of files) {
  const size = gzipSync(await readFile(new URL(file, dist)), { level: constants.Z_BEST_COMPRESSION }).length;
  total += size;
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  in all, of ${budget} bytes (gzip)\n`);
if (total > budget) {
  process.stderr.write("The first view is too large: load lazily what it does not show at once.\n");
  process.exitCode = 1;
}
