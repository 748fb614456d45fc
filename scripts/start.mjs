// `npm start`: installs and builds what is missing, then runs everything in one process.
import { main, runInForeground } from "./commands.mjs";
import { build, install, node24, root } from "./launch.mjs";

await main(async () => {
  await install({ full: false });
  await build();
  return runInForeground(node24(), ["services/standalone/src/main.ts", ...process.argv.slice(2)], { cwd: root });
});
