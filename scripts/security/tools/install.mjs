// The external tools, pinned and checked by hash, in .cache/tools: Python's from wheels, gitleaks from its Go module.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, run } from "../../commands.mjs";
import { root } from "../../launch.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = path.join(root, ".cache", "tools");
const installMs = 300_000;

/** A tool that this machine can't have. What it would have tried stays untried. */
export class Unavailable extends Error {
  name = "Unavailable";
}

/**
 * One of Python's tools, as python/NAME.txt pins it.
 *
 * @param {"sqlmap" | "schemathesis" | "semgrep"} name
 * @returns {Promise<{ command: string, env: NodeJS.ProcessEnv }>} what runs it
 */
export async function pythonTool(name) {
  const requirements = path.join(here, "python", `${name}.txt`);
  const folder = await installed(name, readFileSync(requirements), async (target) => {
    const options = [
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "--no-compile",
      "--root-user-action=ignore",
    ];
    const checked = ["--require-hashes", "--only-binary", ":all:", "--target", target, "--requirement", requirements];
    await run("python3", ["-m", "pip", "install", ...options, ...checked], { timeoutMs: installMs });
  });
  const bin = path.join(folder, "bin");
  const env = { ...process.env, PYTHONPATH: folder, PYTHONNOUSERSITE: "1", NO_COLOR: "1" };
  return { command: path.join(bin, name), env: { ...env, PATH: [bin, env.PATH].join(path.delimiter) } };
}

/** gitleaks, as gitleaks/go.mod and go.sum pin it. @returns {Promise<string>} the program */
export async function gitleaks() {
  const module = path.join(here, "gitleaks");
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(path.join(module, file), "utf8")).join("");
  const folder = await installed("gitleaks", pins, async (target) => {
    const args = ["build", "-mod=readonly", "-o", path.join(target, "gitleaks"), "github.com/zricethezav/gitleaks/v8"];
    const env = {
      ...process.env,
      CGO_ENABLED: "0",
      GOFLAGS: "-buildvcs=false",
      GOTOOLCHAIN: "local",
      GOTELEMETRY: "off",
    };
    await run("go", args, { cwd: module, env, timeoutMs: installMs });
  });
  return path.join(folder, "gitleaks");
}

/** The program that installs is missing or too old, or nothing answers where the tool comes from. Everything else is a failure. */
const absent = [
  /could not be started|took longer than/,
  /No module named pip|no such option|requires? (?:a different )?Python|No matching distribution found/i,
  /requires go >=|invalid go version/i,
  /ECONN\w+|ENOTFOUND|Temporary failure in name resolution|Name or service not known|Connection (?:refused|reset|timed out)/i,
  /no such host|i\/o timeout|TLS handshake timeout|network is unreachable|ReadTimeout|ProxyError|module lookup disabled/i,
  /\b(?:403 Forbidden|502 Bad Gateway|HTTP error (?:403|502)|403 Client Error|502 Server Error)\b/i,
];

/** @param {Failure} failure of what installs a tool */
export function cantBeHad({ message, output }) {
  const text = `${message}\n${output}`;
  return (
    !/DO NOT MATCH THE HASHES|checksum mismatch|SECURITY ERROR|missing go\.sum entry/i.test(text) &&
    absent.some((sign) => sign.test(text))
  );
}

/** The folder of the cache that holds the tool; `install` fills it when it is not there. */
async function installed(name, pins, install) {
  const folder = path.join(cache, `${name}-${createHash("sha256").update(pins).digest("hex").slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(path.join(cache, "unfinished-"));
  try {
    await install(unfinished);
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error; // else another process was faster with the same
    }
    return folder;
  } catch (error) {
    // What came but is not what is pinned is a failure: nobody is told that it was only not there.
    if (!(error instanceof Failure) || !cantBeHad(error)) throw error;
    const needed = name === "gitleaks" ? "Go 1.24 or newer" : "Python 3.11 or newer with pip";
    const [why] = error.output.trim().split("\n").slice(-1);
    throw new Unavailable(`${name} could not be installed; it takes ${needed}. ${error.message} ${why}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
