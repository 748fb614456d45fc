// The rules of ../semgrep, over the whole source. Each has words that it must find and words that it must leave alone.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../commands.mjs";
import { root } from "../../launch.mjs";
import { pythonTool } from "./install.mjs";

const rules = fileURLToPath(new URL("../semgrep", import.meta.url));

/** @returns {Promise<import("./results.mjs").Result[]>} */
export async function semgrep() {
  const { command, env } = await pythonTool("semgrep");
  const home = mkdtempSync(path.join(tmpdir(), "parley-semgrep-"));
  const quiet = ["--metrics=off", "--disable-version-check", "--config", rules];
  const options = {
    cwd: root,
    env: { ...env, HOME: home, SEMGREP_SEND_METRICS: "off", SEMGREP_ENABLE_VERSION_CHECK: "0" },
    timeoutMs: 180_000,
  };
  try {
    const control = await testRules(() => run(command, ["scan", "--test", ...quiet, rules], options));
    const report = path.join(home, "report.json");
    await run(
      command,
      ["scan", ...quiet, "--jobs=2", `--json-output=${report}`, "--exclude=/scripts/security/semgrep", "."],
      options,
    );
    const { results, paths, errors } = JSON.parse(readFileSync(report, "utf8"));
    const found = results.map(({ check_id, path: file, start, extra }) => {
      return `${check_id.split(".").pop()}: ${file}:${start.line}: ${extra.message}`;
    });
    const inPart = new Set(errors.map((error) => error.path)).size;
    const unread = errors.filter(({ level }) => level === "error").map(({ message }) => message);
    return [
      {
        tool: "semgrep",
        attacked: "the source",
        work: `${ruleIds().length} rules, ${paths.scanned.length} files${inPart ? `, ${inPart} of them read in part` : ""}`,
        result: control.passed && found.length + unread.length === 0 && paths.scanned.length > 0 ? "passed" : "failed",
        control: control.says,
        details: [...control.details, ...found, ...unread],
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const ruleFiles = () => readdirSync(rules).filter((file) => file.endsWith(".yaml"));
const read = (file) => readFileSync(path.join(rules, file), "utf8");
const ruleIds = () =>
  ruleFiles().flatMap((file) => [...read(file).matchAll(/^ {2}- id: (\S+)$/gm)].map(([, id]) => id));

async function testRules(test) {
  const samples = readdirSync(rules)
    .filter((file) => /\.tsx?$/.test(file))
    .map(read)
    .join("\n");
  const untested = ruleIds().filter(
    (id) => !samples.includes(`// ruleid: ${id}\n`) || !samples.includes(`// ok: ${id}\n`),
  );
  const failure = await test().then(
    () => undefined,
    (error) => error,
  );
  return {
    passed: !failure && untested.length === 0,
    says: failure ? "a rule does not find its own sample" : "each rule finds its sample and leaves another alone",
    details: [
      ...(failure ? [failure.message, failure.output] : []),
      ...untested.map((id) => `${id}: has no sample that it must find, or none that it must leave alone`),
    ],
  };
}
