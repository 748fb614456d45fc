// What the widget costs a page, gzipped: the loader, which every visitor gets, and the panel, which it fetches afterwards.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const sizeOf = (file) => gzipSync(readFileSync(dist + file), { level: 9 }).length;

const files = readdirSync(dist).filter((file) => file.endsWith(".js") && file !== "index.js");
const total = files.reduce((sum, file) => sum + sizeOf(file), 0);
const budgets = [
  ["loader", sizeOf("parley.js"), 1_024],
  ["loader and panel", total, 25 * 1_024],
];

let isOver = false;
for (const [name, size, budget] of budgets) {
  if (size > budget) isOver = true;
  process.stdout.write(`${size > budget ? "over  " : "within"} ${name}: ${size} of ${budget} bytes gzipped\n`);
}
process.exitCode = isOver ? 1 : 0;
