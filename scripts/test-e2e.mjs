// `./pnpm test:e2e`: the end-to-end tests alone; what follows goes to Playwright.
import { findChromium } from "./chromium.mjs";
import { main, runInForeground } from "./commands.mjs";
import { build, root, toolEnv } from "./launch.mjs";

await main(async () => {
  await build();
  const env = { ...toolEnv(), CHROMIUM_PATH: await findChromium() };
  const args = ["--filter", "@parley/e2e", "exec", "playwright", "test", ...process.argv.slice(2)];
  return runInForeground("pnpm", args, { cwd: root, env });
});
