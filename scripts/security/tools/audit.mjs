// Known weaknesses of the dependencies, from the registry's own list. Where that does not answer, nothing was tried.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../../commands.mjs";
import { root, toolEnv } from "../../launch.mjs";

/** Has had known weaknesses for years. */
const weak = { name: "minimist", version: "0.0.8" };

/** @returns {Promise<import("./results.mjs").Result[]>} */
export async function audit() {
  const place = mkdtempSync(path.join(tmpdir(), "parley-audit-"));
  const result = (rest) => [{ tool: "pnpm audit", attacked: "the dependencies", details: [], ...rest }];
  try {
    const control = await advisories(writeWeakProject(place));
    if (!control) {
      return result({ work: "the registry's list does not answer", result: "pending", control: "could not be tried" });
    }
    const found = await advisories(root);
    const passed = control.length > 0 && found?.length === 0;
    return result({
      work: "all of the lockfile",
      result: passed ? "passed" : "failed",
      control:
        control.length > 0 ? `${weak.name} ${weak.version} is found` : `${weak.name} ${weak.version} is not found`,
      details: (found ?? ["the list no longer answers"]).map((advisory) =>
        typeof advisory === "string" ? advisory : `${advisory.severity}: ${advisory.module_name}: ${advisory.title}`,
      ),
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @returns {Promise<object[] | undefined>} undefined when the list does not answer */
async function advisories(folder) {
  const options = { cwd: folder, env: toolEnv(), timeoutMs: 90_000 };
  // It ends with 1 when it has found something.
  const failure = await run("pnpm", ["audit", "--json"], options).catch((error) => error);
  const output = failure.output ?? failure;
  if (/ERR_PNPM_(AUDIT_BAD_RESPONSE|AUDIT_ENDPOINT|META_FETCH_FAIL)|ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN/.test(output))
    return undefined;
  const report = output.slice(output.indexOf("{"));
  if (!report.startsWith("{")) throw failure;
  return Object.values(JSON.parse(report).advisories);
}

function writeWeakProject(folder) {
  const { name, version } = weak;
  const dependencies = { [name]: version };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "weak", version: "1.0.0", dependencies }));
  writeFileSync(path.join(folder, "pnpm-workspace.yaml"), "packages: []\npmOnFail: ignore\n");
  const lockfile = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      ${name}:
        specifier: ${version}
        version: ${version}

packages:

  ${name}@${version}:
    resolution: {integrity: sha512-miQKw5Hv4NS1Psg2517mV4e4dYNaO3++hjAvLOAzKqZ61rH8NS1SK+vbfBWZ5PY/Me/bEWhUwqMghEW5Fb9T7Q==}

snapshots:

  ${name}@${version}: {}
`;
  writeFileSync(path.join(folder, "pnpm-lock.yaml"), lockfile);
  return folder;
}
