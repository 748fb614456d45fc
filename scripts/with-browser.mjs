// Runs a command that looks at the built product in a browser, CHROMIUM_PATH: node scripts/with-browser.mjs COMMAND ARGUMENT…
import { findChromium } from "./chromium.mjs";
import { main, runInForeground } from "./commands.mjs";
import { build, root, toolEnv } from "./launch.mjs";
import { reportOnStderr } from "./steps.mjs";

reportOnStderr();
await main(async () => {
  await build();
  const [command, ...args] = process.argv.slice(2);
  return runInForeground(command, args, { cwd: root, env: { ...toolEnv(), CHROMIUM_PATH: await findChromium() } });
});
