// `./pnpm test:security:tools`: external tools against the product on loopback: sqlmap, schemathesis, semgrep, gitleaks, pnpm audit. It
// prints what each attacked and what shows that a fault would have been found; its last line is `N passed, N failed, N pending`.
// Pending is what could not be tried: a tool that can't be had here, a list that does not answer.
//
//   ./pnpm test:security:tools [TOOL…]
import { withServices } from "./checks/tests.mjs";
import { Failure, main } from "./commands.mjs";
import { audit } from "./security/tools/audit.mjs";
import { gitleaks } from "./security/tools/gitleaks.mjs";
import { Unavailable } from "./security/tools/install.mjs";
import { exitCode, summary, table } from "./security/tools/results.mjs";
import { schemathesis } from "./security/tools/schemathesis.mjs";
import { semgrep } from "./security/tools/semgrep.mjs";
import { sqlmap } from "./security/tools/sqlmap.mjs";
import { step } from "./steps.mjs";

const onFiles = { semgrep, gitleaks, audit };
const onProduct = { schemathesis, sqlmap };

/** A tool that can't be had has tried nothing; one that breaks has failed. */
async function tried(tool, work) {
  try {
    return await step(tool, work);
  } catch (error) {
    const result = error instanceof Unavailable ? "pending" : "failed";
    const control = "could not be tried";
    return [
      { tool, attacked: "nothing", work: "", result, control, details: [error.output, error.message].filter(Boolean) },
    ];
  }
}

await main(async () => {
  const names = [...Object.keys(onFiles), ...Object.keys(onProduct)];
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Failure(`There is no ${unknown.join(", ")}: choose from ${names.join(", ")}.`);
  const chosen = (tools) => Object.entries(tools).filter(([name]) => wanted.length === 0 || wanted.includes(name));

  const results = [];
  for (const [name, tool] of chosen(onFiles)) results.push(...(await tried(name, tool)));
  if (chosen(onProduct).length > 0) {
    await withServices(async (env) => {
      // TypeScript: Node 24 alone reads it.
      const { startAttackedProduct } = await import("../services/standalone/src/testing/attacked-product.ts");
      const { startVulnerableServer } = await import("../services/standalone/src/testing/vulnerable-server.ts");
      const product = await step("starting the product to be attacked", () => startAttackedProduct(env));
      try {
        const vulnerable = await startVulnerableServer(env);
        try {
          for (const [name, tool] of chosen(onProduct)) {
            results.push(...(await tried(name, () => tool(product, vulnerable))));
          }
        } finally {
          await vulnerable.stop();
        }
      } finally {
        await product.stop();
      }
    });
  }

  process.stdout.write(`\n${table(results)}`);
  for (const { tool, attacked, result, details } of results) {
    if (result === "passed" || details.length === 0) continue;
    process.stdout.write(`\n${tool}, ${attacked}: ${result}\n${details.map((line) => `  ${line}\n`).join("")}`);
  }
  process.stdout.write(`\n${summary(results)}\n`);
  return exitCode(results);
});
