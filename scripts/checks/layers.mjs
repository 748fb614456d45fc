// Holds the imports against .dependency-cruiser.mjs, and fails as well when it could not read them: that would pass in silence.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

const roots = ["apps", "services", "packages"];
const args = [...roots, "--config", ".dependency-cruiser.mjs", "--output-type", "json"];
let json;
try {
  json = execFileSync("depcruise", args, { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
} catch (error) {
  if (!error.stdout) throw error;
  json = error.stdout; // it has found something
}
const { modules, summary } = JSON.parse(json);

const problems = summary.violations
  .filter(({ rule }) => rule.severity === "error")
  .map(
    ({ from, to, cycle, rule }) => `${rule.name}: ${[from, ...(cycle?.map(({ name }) => name) ?? [to])].join(" → ")}`,
  );

for (const workspace of roots.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))) {
  if (!existsSync(`${workspace}/src`)) continue;
  const read = modules.filter(({ source }) => source.startsWith(`${workspace}/src/`));
  if (read.length === 0) problems.push(`nothing was read of ${workspace}/src`);
}
if (summary.totalDependenciesCruised < modules.length / 2) problems.push("the files were read, but not their imports");

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  `${modules.length} files, ${summary.totalDependenciesCruised} imports, ${problems.length} problems\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
