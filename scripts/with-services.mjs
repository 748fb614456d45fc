// Runs a command that tests the built product on real servers: node scripts/with-services.mjs [--postgres=16] COMMAND ARGUMENT…
import { withServices } from "./checks/tests.mjs";
import { main, runInForeground } from "./commands.mjs";
import { build, root } from "./launch.mjs";
import { reportOnStderr } from "./steps.mjs";

reportOnStderr();
await main(async () => {
  await build();
  const words = process.argv.slice(2);
  const postgres = words[0] === "--postgres=16" ? 16 : 18;
  const [command, ...args] = postgres === 16 ? words.slice(1) : words;
  return withServices((env) => runInForeground(command, args, { cwd: root, env }), { postgres });
});
