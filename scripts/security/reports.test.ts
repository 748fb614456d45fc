import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { reported, testsOfPlaywright, testsOfVitest } from "./reports.mjs";

const spec = (title: string, ...statuses: string[]) => ({
  title,
  ok: !statuses.includes("unexpected"),
  tests: statuses.map((status) => ({ status })),
});

test("in a browser, only what passed at once in each browser has passed", () => {
  const specs = [
    spec("[A1] passes", "expected"),
    spec("[A2] is skipped", "skipped"),
    spec("[A3] passes when tried again", "flaky"),
    spec("[A4] fails", "unexpected"),
    spec("[A5] passes in one", "expected", "skipped"),
    spec("[A6] runs nowhere"),
  ];
  const tests = testsOfPlaywright({ suites: [{ title: "x.spec.ts", suites: [{ title: "group", specs }] }] });
  expect(tests.filter(({ passed }) => passed)).toEqual([{ name: "x.spec.ts group [A1] passes", passed: true }]);
  expect(tests).toHaveLength(6);
});

test("an error of Playwright's outside of any test is a failure", () => {
  const report = { suites: [], errors: [{ message: "the server did not start" }] };
  expect(testsOfPlaywright(report)).toEqual([
    { name: "outside of the tests: the server did not start", passed: false },
  ]);
});

const report = (status: string) => ({
  testResults: [{ name: "a.test.ts", status, message: "", assertionResults: [{ fullName: "[A1] one", status }] }],
});

/** A program that writes the report and ends with the code. */
async function ran(status: string, exitCode: number, writes = true) {
  const folder = mkdtempSync(path.join(tmpdir(), "parley-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "report.json");
  if (writes) writeFileSync(file, JSON.stringify(report(status)));
  const program = `console.log("Unhandled error"); process.exitCode = ${exitCode}`;
  return await reported(process.execPath, ["--eval", program], {}, file, testsOfVitest);
}

test("a run that failed though each of its tests passed is a failure, and says what it printed", async () => {
  const one = { name: "[A1] one", passed: true };
  expect(await ran("passed", 0)).toEqual([one]);
  expect(await ran("passed", 1)).toEqual([
    one,
    { name: expect.stringMatching(/^outside of the tests: .*exit code 1.*Unhandled error/s), passed: false },
  ]);
});

test("a run whose test fails is told by that test alone; one without a report has failed altogether", async () => {
  expect(await ran("failed", 1)).toEqual([{ name: "[A1] one", passed: false }]);
  await expect(ran("passed", 1, false)).rejects.toThrow("exit code 1");
  await expect(ran("passed", 0, false)).rejects.toThrow("wrote no report");
});
