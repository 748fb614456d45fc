import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { casesOf } from "./attacks.mjs";
import { kinds, places } from "./places.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(`${root}/${file}`, "utf8");
const servers = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "packages/*/src/*.ts", "services/*/src/*.ts"],
  { cwd: root, encoding: "utf8" },
)
  .split("\n")
  .filter((file) => file && existsSync(`${root}/${file}`))
  .filter((file) => !/\.test\.ts$|\/testing\/|^packages\/(?:ui|client|contracts)\//.test(file));

type Place = { proof: string } | { holdsNothing: string };
const all = places as Record<string, Record<string, Place>>;

describe.each(Object.entries(kinds))("[T8 T13] each place of the servers that has %s", (kind, pattern) => {
  const found = (files: readonly string[]) => files.filter((file) => pattern.test(read(file))).sort();

  test("is listed with its proof, and nothing else is", () => {
    expect(Object.keys(all[kind] ?? {}).sort()).toEqual(found(servers));
  });

  test.each(Object.entries(all[kind] ?? {}))("%s: its proof is there, and is one", (_file, place) => {
    if ("holdsNothing" in place) return expect(place.holdsNothing).not.toBe("");
    const text = read(place.proof);
    expect(casesOf(text).length > 0 || text.includes("[audit]"), `${place.proof} names no case`).toBe(true);
  });
});
