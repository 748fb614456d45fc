// Secrets: in the whole history, and in the files as they are now.
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../commands.mjs";
import { root } from "../../launch.mjs";
import { gitleaks as install } from "./install.mjs";

const config = fileURLToPath(new URL("gitleaks.toml", import.meta.url));

/** @returns {Promise<import("./results.mjs").Result[]>} */
export async function gitleaks() {
  const program = await install();
  const place = mkdtempSync(path.join(tmpdir(), "parley-gitleaks-"));
  const find = async (kind, folder) => {
    const report = path.join(place, "report.json");
    const options = ["--no-banner", "--no-color", "--redact", "--exit-code=0", `--config=${config}`];
    const output = ["--report-format=json", `--report-path=${report}`];
    const log = await run(program, [kind, ...options, ...output, folder], { cwd: folder, timeoutMs: 120_000 });
    return { found: JSON.parse(readFileSync(report, "utf8")), log };
  };
  try {
    const control = await plantAndFind(path.join(place, "planted"), find);
    const history = await find("git", root);
    const copy = path.join(place, "tree");
    const files = await copyTree(copy);
    const tree = await find("dir", copy);
    const result = (attacked, work, found) => ({
      tool: "gitleaks",
      attacked,
      work,
      result: control.passed && found.length === 0 ? "passed" : "failed",
      control: control.says,
      details: found.map(({ RuleID, File, StartLine, Commit }) => {
        const file = path.isAbsolute(File) ? path.relative(copy, File) : File;
        return `${RuleID}: ${file}:${StartLine}${Commit ? ` in ${Commit.slice(0, 10)}` : ""}`;
      }),
    });
    const commits = /(\d+) commits scanned/.exec(history.log)?.[1] ?? "0";
    return [
      result("the history", `${commits} commits`, commits === "0" ? [{ RuleID: "no commit was read" }] : history.found),
      result("the files as they are", `${files} files`, tree.found),
    ];
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** What git would commit: with what is new, without what it ignores. @returns {Promise<number>} how many files */
async function copyTree(copy) {
  const list = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: root });
  const files = list.split("\0").filter((file) => file && existsSync(path.join(root, file)));
  for (const file of files) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    copyFileSync(path.join(root, file), path.join(copy, file));
  }
  return files.length;
}

/** Two secrets, made up now: one that was committed and taken out again, one that is still there. Both must be found. */
async function plantAndFind(folder, find) {
  mkdirSync(folder);
  const letters = (length) => randomBytes(length).toString("hex").slice(0, length);
  const git = (...args) => {
    const who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"];
    return run("git", [...who, ...args], { cwd: folder });
  };
  await git("init", "--quiet");
  const secret = path.join(folder, "settings.ts");
  writeFileSync(secret, `export const key = "parley_${letters(71)}";\n`);
  await git("add", ".");
  await git("commit", "--quiet", "--message=feat: settings");
  writeFileSync(secret, `export const token = "${["gh", "p_"].join("")}${letters(36)}";\n`);
  await git("commit", "--quiet", "--all", "--message=fix: settings");
  const history = await find("git", folder);
  const tree = await find("dir", folder);
  const ids = (found) => [...new Set(found.map(({ RuleID }) => RuleID))].sort().join();
  const passed = ids(history.found) === "github-pat,parley-api-key" && ids(tree.found) === "github-pat";
  return {
    passed,
    says: passed ? "planted secrets are found, also one that was taken out" : "a planted secret is not found",
  };
}
