// Runs a command that tests the built product on real servers: node scripts/with-services.mjs COMMAND ARGUMENT…
import { withServices } from "./checks/tests.mjs";
import { main, runInForeground } from "./commands.mjs";
import { build, root } from "./launch.mjs";
import { reportOnStderr } from "./steps.mjs";

reportOnStderr();
await main(async () => {
  await build();
  const [command, ...args] = process.argv.slice(2);
  return withServices((env) => runInForeground(command, args, { cwd: root, env }));
});
