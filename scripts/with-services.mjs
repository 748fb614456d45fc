// Runs a command with DATABASE_URL and REDIS_URL set: node scripts/with-services.mjs COMMAND ARGUMENT…
import { withServices } from "./checks/tests.mjs";
import { main, runInForeground } from "./commands.mjs";
import { root } from "./launch.mjs";

await main(() => {
  const [command, ...args] = process.argv.slice(2);
  return withServices((env) => runInForeground(command, args, { cwd: root, env }));
});
