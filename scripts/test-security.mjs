// `./pnpm test:security`: the attacks, from the project's own tests. Its last line is `N passed, N failed, N pending`.
import { existsSync } from "node:fs";
import { newReport, readVitestReport, withServices } from "./checks/tests.mjs";
import { main, runInForeground } from "./commands.mjs";
import { root } from "./launch.mjs";

await main(() =>
  withServices(async (env) => {
    const report = newReport("security");
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
    const args = ["run", "--project", "integration", ...reporters, ".security.test.ts"];
    const code = await runInForeground("vitest", args, { cwd: root, env });
    const { passed, failed, pending } = existsSync(report)
      ? readVitestReport(report)
      : { passed: 0, failed: 0, pending: 0 };
    process.stdout.write(`${passed} passed, ${failed} failed, ${pending} pending\n`);
    return code || (passed === 0 || pending > 0 ? 1 : 0);
  }),
);
