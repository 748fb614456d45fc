// Finds the browser of the end-to-end tests.
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { Failure, run } from "./commands.mjs";
import { step } from "./steps.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const elsewhere = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/**
 * CHROMIUM_PATH, or what is installed, or Debian's once it is installed: as root this does so itself.
 *
 * @returns {Promise<string>} the program
 */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named && isProgram(named)) return named;
  if (named)
    throw new Failure(
      `CHROMIUM_PATH names ${named}, which is no program: set it to a Chromium or Chrome, or unset it.`,
    );

  const installed = findInstalled();
  if (installed) return installed;
  if (process.getuid?.() === 0 && findOnPath("apt-get")) {
    await step("installing Chromium", aptInstall);
    const now = findInstalled();
    if (now) return now;
  }
  throw new Failure(
    "The end-to-end tests need Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH.",
  );
}

async function aptInstall() {
  const install = () => run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { env: aptEnv });
  try {
    await install();
  } catch {
    await run("apt-get", ["update"], { env: aptEnv }); // a new machine has no list of packages, or an old one
    await install();
  }
}

const aptEnv = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };

const findInstalled = () => names.map(findOnPath).find(Boolean) ?? elsewhere.find(isProgram);

function findOnPath(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
