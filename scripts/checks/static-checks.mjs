import { cpus } from "node:os";
import { run } from "../commands.mjs";
import { root, toolEnv } from "../launch.mjs";
import { inParallel } from "../steps.mjs";

/** Scripts of the root's package.json, so that each can be run by itself: `./pnpm types`. */
const checks = [
  { what: "types", script: "types" },
  { what: "lint", script: "lint" },
  { what: "format", script: "format:check" },
  { what: "layers: who may import whom", script: "layers" },
  { what: "dead code and dependencies", script: "unused" },
  { what: "versions", script: "versions" },
  { what: "links between the documents", script: "links" },
];

/** @throws Failure with the output of the first that finds something */
export async function staticChecks() {
  const steps = checks.map(({ what, script }) => ({
    what,
    work: async () => {
      await run("pnpm", ["run", "--silent", script], { cwd: root, env: toolEnv() });
    },
  }));
  await inParallel(steps, Math.min(cpus().length, 4));
}
