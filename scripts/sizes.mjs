// `./pnpm sizes`: what the built apps cost a page. Fails when one is over its budget.
import path from "node:path";
import { measureSizes, overBudget } from "./checks/sizes.mjs";
import { Failure, main } from "./commands.mjs";
import { build, install, root } from "./launch.mjs";

await main(async () => {
  await install({ full: false });
  await build();
  const sizes = measureSizes(path.join(root, "apps"));
  for (const { what, size, budget } of sizes) {
    process.stdout.write(`  ${String(size).padStart(7)} of ${String(budget).padStart(6)} bytes gzipped: ${what}\n`);
  }
  const problems = overBudget(sizes);
  if (problems.length > 0) throw new Failure(problems.join("\n"));
});
