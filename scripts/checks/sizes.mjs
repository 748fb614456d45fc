// What the built apps cost a page, gzipped, and what they may cost.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { constants, gzipSync } from "node:zlib";

/** What the dashboard's inbox without an open conversation consists of, as vite's manifest names it. */
const firstView = ["index.html", "src/features/inbox/no-conversation.tsx"];

/**
 * @typedef {{ what: string, size: number, budget: number }} Size in bytes, gzipped
 */

/**
 * @param {string} apps the folder of the apps, which have been built
 * @returns {Size[]}
 */
export function measureSizes(apps) {
  const widget = path.join(apps, "widget-sdk", "dist");
  const dashboard = path.join(apps, "dashboard", "dist");
  const manifest = JSON.parse(readFileSync(path.join(dashboard, ".vite", "manifest.json"), "utf8"));
  return [
    { what: "the widget's loader", size: gzipped(widget, ["parley.js"]), budget: 1_024 },
    { what: "the widget, loader and panel", size: gzipped(widget, loadedBy(widget, "parley.js")), budget: 25 * 1_024 },
    {
      what: "the dashboard's first view after sign-in",
      size: gzipped(dashboard, scriptsOf(manifest, firstView)),
      budget: 134_000,
    },
  ];
}

/** The script and those that it names; what an earlier build has left beside them nobody loads. */
function loadedBy(folder, script) {
  const loaded = new Set([script]);
  const others = readdirSync(folder).filter((file) => file.endsWith(".js"));
  for (const file of loaded) {
    const text = readFileSync(path.join(folder, file), "utf8");
    for (const other of others) if (text.includes(other)) loaded.add(other);
  }
  return [...loaded];
}

/** One sentence for each that is over its budget. @param {Size[]} sizes */
export function overBudget(sizes) {
  return sizes
    .filter(({ size, budget }) => size > budget)
    .map(
      ({ what, size, budget }) =>
        `${what[0].toUpperCase()}${what.slice(1)} is ${size} bytes gzipped, ${size - budget} more than the ${budget} that it may be: load lazily what is not shown at once.`,
    );
}

function gzipped(folder, files) {
  if (files.length === 0) throw new Error(`${folder} holds no script: build the apps first`);
  const sizeOf = (file) =>
    gzipSync(readFileSync(path.join(folder, file)), { level: constants.Z_BEST_COMPRESSION }).length;
  return files.reduce((sum, file) => sum + sizeOf(file), 0);
}

/** The files that the named modules need before they run. */
function scriptsOf(manifest, modules) {
  const files = new Set();
  const add = (name) => {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`The dashboard's manifest has no ${name}: correct scripts/checks/sizes.mjs`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const imported of chunk.imports ?? []) add(imported);
  };
  for (const name of modules) add(name);
  return [...files];
}
