// `./pnpm test:security`: the attacks, one line each, from the project's own tests: every test whose name says `[T2]` or the like, and
// every *.security.test.ts. Beside each stands the control that shows that the attack would have been seen. Its last line is `N passed,
// N failed, N pending`; pending is what nothing is there for to attack. What it prints comes from Vitest's and Playwright's reports of
// this run.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { newReport, withServices } from "./checks/tests.mjs";
import { findChromium } from "./chromium.mjs";
import { Failure, main } from "./commands.mjs";
import { build, root, toolEnv } from "./launch.mjs";
import { attacks, casesOf, faults, judge } from "./security/attacks.mjs";
import { reported, testsOfPlaywright, testsOfVitest } from "./security/reports.mjs";
import { step } from "./steps.mjs";

/** Tags in a test's name, or a place in it where one goes. */
const tagged = /\[(\$\w+|[ASCTIRK]\d+|F10)/;

/** The test files of the checkout that say which cases they prove. */
function findFiles() {
  const all = ["ls-files", "--cached", "--others", "--exclude-standard", "*.test.ts", "*.test.tsx", "*.spec.ts"];
  const { stdout, status } = spawnSync("git", all, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 24 });
  if (status !== 0) throw new Failure("The tests are looked for with git, and this is no checkout.");
  const files = stdout.split("\n").filter((file) => file && existsSync(`${root}/${file}`));
  const isTagged = (file) => tagged.test(readFileSync(`${root}/${file}`, "utf8"));
  const proofs = files.filter((file) => file.endsWith(".security.test.ts") || isTagged(file));
  return {
    browser: proofs.filter((file) => file.startsWith("e2e/")),
    server: proofs.filter((file) => !file.startsWith("e2e/")),
  };
}

/** @returns {Promise<import("./security/reports.mjs").Test[]>} */
function testServers(files, env) {
  const report = newReport("security");
  const args = ["run", "--reporter=json", `--outputFile.json=${report}`, ...files];
  return reported("vitest", args, { cwd: root, env }, report, testsOfVitest);
}

/** @returns {Promise<import("./security/reports.mjs").Test[]>} */
async function testInBrowser(files) {
  const report = newReport("security-e2e");
  const env = { ...toolEnv(), CHROMIUM_PATH: await findChromium(), PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const specs = files.map((file) => file.replace(/^e2e\//, ""));
  const args = ["--filter", "@parley/e2e", "exec", "playwright", "test", "--reporter=json", ...specs];
  return reported("pnpm", args, { cwd: root, env }, report, testsOfPlaywright);
}

const shorten = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

function print(results) {
  const width = Math.max(...Object.keys(attacks).map((id) => id.length));
  for (const { id, attack, result, why, tests, control } of results) {
    const by = result === "passed" ? `${tests} test${tests === 1 ? "" : "s"}` : why;
    process.stdout.write(`${id.padEnd(width)}  ${result.padEnd(7)}  ${attack} · ${by}\n`);
    if (control) process.stdout.write(`${" ".repeat(width + 11)}control: ${shorten(control, 140)}\n`);
  }
}

await main(async () => {
  const { server, browser } = findFiles();
  await build();
  const tests = await withServices((env) => step("attacks on the servers", () => testServers(server, env)));
  if (browser.length > 0) tests.push(...(await step("attacks in a browser", () => testInBrowser(browser))));

  const results = judge(tests);
  process.stdout.write("\n");
  print(results.filter(({ id }) => id in attacks));
  process.stdout.write("\nand a fault\n");
  print(results.filter(({ id }) => id in faults));
  const unknown = tests.flatMap(({ name }) => casesOf(name)).filter(({ id }) => !(id in attacks) && !(id in faults));
  const others = tests.filter(({ name, passed }) => !passed && casesOf(name).length === 0);
  for (const { id } of unknown)
    process.stdout.write(`There is no case ${id}: scripts/security/attacks.mjs lists them.\n`);
  for (const { name } of others) process.stdout.write(`failed, and proves no case: ${name}\n`);
  for (const { name } of tests.filter((test) => !test.passed)) process.stdout.write(`failed: ${name.slice(0, 500)}\n`);

  const count = (wanted) => results.filter(({ id, result }) => id in attacks && result === wanted).length;
  const faulty = results.filter(({ id, result }) => id in faults && result !== "passed");
  process.stdout.write(`\n${count("passed")} passed, ${count("failed")} failed, ${count("pending")} pending\n`);
  return count("failed") + faulty.length + others.length + unknown.length > 0 ? 1 : 0;
});
