// What every command needs first: pnpm, the dependencies and Node 24. Depends on nothing but Node 20 and npm.
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, run } from "./commands.mjs";
import { step } from "./steps.mjs";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...names) => path.join(root, ...names);
const bin = at("node_modules", ".bin");
/** Says what stands in node_modules: for which lockfile, and whether with what only the checks need. */
const installRecord = at("node_modules", ".parley-install");

/** Whoever is offline learns it after 22 seconds rather than 70. */
const fasterRetry = "fetch-retry-mintimeout=2000";

const major = Number(process.versions.node.split(".")[0]);

/**
 * Installs what is missing: the pinned pnpm, and the dependencies as the lockfile has them.
 *
 * @param {{ full: boolean }} options full: with `devDependencies`, which only the checks need; a full install is never undone
 */
export async function install({ full }) {
  await installPnpm();
  const lockfile = createHash("sha256")
    .update(readFileSync(at("pnpm-lock.yaml")))
    .digest("hex");
  const installed = readRecord();
  if (installed?.lockfile === lockfile && (installed.full || !full)) return;

  checkWritable();
  const keepsFull = full || installed?.full === true || hasDevDependencies();
  await step("installing the dependencies", async () => {
    rmSync(installRecord, { force: true });
    // What the lockfile names was looked over when it was written; its hashes are checked in any case.
    const scope = keepsFull ? [] : ["--prod", "--trust-lockfile"];
    const args = [
      "install",
      "--frozen-lockfile",
      ...scope,
      "--config.confirm-modules-purge=false",
      `--config.${fasterRetry}`,
    ];
    await fetching("the dependencies", () => run("pnpm", args, { cwd: root, env: toolEnv() }));
    writeFileSync(installRecord, `${JSON.stringify({ lockfile, full: keepsFull })}\n`);
    return "installed the dependencies";
  });
}

/** Installs the pinned pnpm, unless it is there. */
export async function installPnpm() {
  checkHost();
  if (pnpmFolder()) return;
  checkWritable();
  const wanted = `pnpm@${pinnedPnpm()}`;
  await step(`installing ${wanted}`, async () => {
    const options = [
      "--no-save",
      "--no-package-lock",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
    ];
    const args = ["install", "--prefix", at(".tools"), ...options, `--${fasterRetry}`, wanted];
    await fetching(wanted, () => run("npm", args, { cwd: root }));
    if (!pnpmFolder()) {
      throw new Failure(
        `There is no ${wanted} for ${process.platform} on ${process.arch}: Parley can't be installed here.`,
      );
    }
    return `installed ${wanted}`;
  });
}

function checkHost() {
  if (major < 20) {
    throw new Failure(`Parley needs Node 20 or newer to start, and this is ${process.version}: install a newer one.`);
  }
  if (major < 24 && !(process.platform === "linux" && ["x64", "arm64"].includes(process.arch))) {
    throw new Failure(
      `Parley runs on Node 24, which it brings along for Linux only: install Node 24 or newer (this is ${process.version}).`,
    );
  }
}

function checkWritable() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new Failure(
      `Parley installs into its own folder, and you may not write to ${root}: clone it to a folder of yours.`,
    );
  }
}

/** The Node 24 that runs Parley: this one, or the one among the dependencies. */
export function node24() {
  if (major >= 24) return process.execPath;
  const node = at("node_modules", `node-linux-${process.arch}`, "bin", "node");
  if (existsSync(node)) return node;
  throw new Failure("Node 24 is missing from the dependencies: delete the folder node_modules and try again.");
}

/** The environment in which the project's tools are found, and run on Node 24. */
export function toolEnv() {
  const { env } = process;
  const plain = !process.stdout.isTTY && !env.FORCE_COLOR && { NO_COLOR: "1" };
  return { ...env, ...plain, PATH: [bin, pnpmFolder(), env.PATH].filter(Boolean).join(path.delimiter) };
}

/** Builds the apps; those that have not changed come from Turborepo's cache. */
export async function build() {
  await step("building the dashboard and the widget", async () => {
    const output = await run("pnpm", ["run", "build"], { cwd: root, env: toolEnv() });
    return output.includes("FULL TURBO")
      ? "found the dashboard and the widget built"
      : "built the dashboard and the widget";
  });
}

function readRecord() {
  try {
    return JSON.parse(readFileSync(installRecord, "utf8"));
  } catch {
    return undefined; // never installed, not by us, or not to the end
  }
}

/** True when somebody has run `pnpm install` by hand. */
function hasDevDependencies() {
  try {
    return JSON.parse(readFileSync(at("node_modules", ".modules.yaml"), "utf8")).included.devDependencies === true;
  } catch {
    return false; // nothing is installed
  }
}

function pinnedPnpm() {
  return JSON.parse(readFileSync(at("package.json"), "utf8")).packageManager.split("@")[1];
}

/** Where the pinned pnpm's program lies; undefined while it is not installed. */
function pnpmFolder() {
  const modules = at(".tools", "node_modules");
  try {
    if (JSON.parse(readFileSync(path.join(modules, "pnpm", "package.json"), "utf8")).version !== pinnedPnpm())
      return undefined;
    const program = readdirSync(path.join(modules, "@pnpm")).find((name) => name.startsWith("exe."));
    return program && path.join(modules, "@pnpm", program);
  } catch {
    return undefined;
  }
}

const noRegistry =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|dns error|error sending request/;

/** Does `work`, and says in plain words what to do when it fails for one of the usual reasons. */
async function fetching(what, work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const advice = advise(what, error.output);
    if (!advice) throw new Failure(`Could not install ${what}: see the output above.`, { output: error.output });
    throw new Failure(advice, { output: error.output.trim().split("\n").slice(-15).join("\n") });
  }
}

function advise(what, output) {
  if (output.includes("ENOSPC")) return "The disk is full: make room and try again.";
  if (/EACCES|EPERM|EROFS|[Pp]ermission denied/.test(output)) {
    return `There is no permission to write where ${what} would go: see the path above.`;
  }
  if (noRegistry.test(output)) {
    return `The npm registry could not be reached for ${what}: check the network, or npm's registry and proxy settings, and try again.`;
  }
  if (output.includes("OUTDATED_LOCKFILE")) {
    return "pnpm-lock.yaml does not fit a package.json: run `./pnpm install` and commit what it writes.";
  }
  return undefined;
}
