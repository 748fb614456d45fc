// Every version is exact, none lies below what a known weakness asks for, and nothing comes in that must not. Floors and names are
// in version-floors.json: look them up anew in a live feed of advisories before a release.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const { floors, never } = JSON.parse(readFileSync(new URL("version-floors.json", import.meta.url), "utf8"));
const exact = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
const problems = [];

const workspaces = ["apps", "services", "packages"].flatMap((folder) =>
  readdirSync(folder).map((name) => `${folder}/${name}/`),
);
for (const folder of ["", ...workspaces, "e2e/", "bench/"]) {
  if (!existsSync(`${folder}package.json`)) continue;
  const manifest = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      if (version === "catalog:" || version === "workspace:*" || exact.test(version)) continue;
      problems.push(`${folder}package.json: ${name} is ${version}, which is not one version`);
    }
  }
}

const lockfile = readFileSync("pnpm-lock.yaml", "utf8");
for (const [, name, specifier] of section("catalogs").matchAll(/^ {4}'?([^':]+)'?:\n {6}specifier: (\S+)/gm)) {
  if (!exact.test(specifier)) problems.push(`pnpm-workspace.yaml: ${name} is ${specifier}, which is not one version`);
}

const locked = [...section("packages").matchAll(/^ {2}'?(@?[^@'\n]+)@([^:'\n]+)'?:$/gm)];
if (locked.length < 100) problems.push(`pnpm-lock.yaml was not read: it seems to hold ${locked.length} packages`);
for (const [, name, version] of locked) {
  if (never.includes(name)) problems.push(`${name} must not be used`);
  const floor = floors[name];
  if (floor && compare(version, floor) < 0) problems.push(`${name} ${version} is below ${floor}`);
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${locked.length} packages, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** A top-level part of the lockfile. */
function section(name) {
  const start = lockfile.indexOf(`\n${name}:\n`);
  const end = lockfile.slice(start + 1).search(/\n[a-z]\w*:/i);
  return start === -1 ? "" : lockfile.slice(start, end === -1 ? undefined : start + 1 + end);
}

/** A prerelease of the floor is below it. */
function compare(version, floor) {
  const [numbers, prerelease] = version.split("-");
  const ours = numbers.split(".").map(Number);
  const theirs = floor.split(".").map(Number);
  const at = ours.findIndex((number, index) => number !== theirs[index]);
  return at === -1 ? (prerelease ? -1 : 0) : ours[at] - theirs[at];
}
