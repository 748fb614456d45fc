// What the test runners' own reports say of each test, for the list of the attacks.
import { existsSync, readFileSync } from "node:fs";
import { run } from "../commands.mjs";

/** @typedef {{ name: string, passed: boolean }} Test */

/**
 * Runs a command that writes a report, whether its tests pass or not.
 *
 * @param {string} report where it writes it
 * @param {(report: any) => Test[]} read
 * @returns {Promise<Test[]>} one more of them that failed, when the command did and no test says why: an error outside of any
 * @throws {import("../commands.mjs").Failure} when it failed without a report
 */
export async function reported(command, args, options, report, read) {
  const failure = await run(command, args, options).then(
    () => undefined,
    (error) => error,
  );
  if (!existsSync(report)) throw failure ?? new Error(`\`${command}\` wrote no report`);
  const tests = read(JSON.parse(readFileSync(report, "utf8")));
  if (!failure || tests.some(({ passed }) => !passed)) return tests;
  return [
    ...tests,
    { name: `outside of the tests: ${failure.message} ${failure.output.trim().slice(-400)}`, passed: false },
  ];
}

/** @param {any} report Vitest's @returns {Test[]} */
export function testsOfVitest({ testResults }) {
  return testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    // A file that did not come as far as its tests proves nothing of them.
    if (assertionResults.length === 0 || (status === "failed" && message)) {
      const named = [...readFileSync(file, "utf8").matchAll(/\[[ASCTIRKF]\d[\d., ASCTIRKF]*( \+)?( control)?\]/g)].map(
        ([tags]) => tags,
      );
      return [{ name: `${file}: ${message} ${named.join(" ")}`, passed: false }];
    }
    return assertionResults.map(({ fullName, status }) => ({ name: fullName, passed: status === "passed" }));
  });
}

/** @param {any} report Playwright's: what was skipped, or passed only when tried again, has not passed @returns {Test[]} */
export function testsOfPlaywright({ suites, errors = [] }) {
  const specsOf = (suite, path) => [
    ...(suite.specs ?? []).map(({ title, tests }) => ({
      name: `${path} ${title}`,
      passed: tests.length > 0 && tests.every(({ status }) => status === "expected"),
    })),
    ...(suite.suites ?? []).flatMap((inner) => specsOf(inner, `${path} ${inner.title}`)),
  ];
  return [
    ...suites.flatMap((suite) => specsOf(suite, suite.title)),
    ...errors.map(({ message }) => ({ name: `outside of the tests: ${message}`, passed: false })),
  ];
}
