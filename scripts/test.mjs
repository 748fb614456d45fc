// `npm test`: all that a fresh machine needs to trust a change, and what CI runs. Stops at the first step that fails.

import path from "node:path";
import { measureSizes, overBudget } from "./checks/sizes.mjs";
import { staticChecks } from "./checks/static-checks.mjs";
import { endToEndTests, unitAndIntegrationTests } from "./checks/tests.mjs";
import { findChromium } from "./chromium.mjs";
import { Failure, main } from "./commands.mjs";
import { build, install, root } from "./launch.mjs";
import { step } from "./steps.mjs";

await main(async () => {
  await install({ full: true });
  await staticChecks();
  await build(); // what the tests that follow start serves the built apps
  await step("sizes of the built apps", async () => {
    const problems = overBudget(measureSizes(path.join(root, "apps")));
    if (problems.length > 0) throw new Failure(problems.join("\n"));
  });
  const results = await unitAndIntegrationTests();
  results.push(await endToEndTests(await findChromium()));
  process.stdout.write(`\n${results.reduce((sum, { passed }) => sum + passed, 0)} passed, 0 failed\n`);
});
