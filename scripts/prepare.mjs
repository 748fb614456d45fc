// Run by ./pnpm before pnpm itself: installs what the command that follows needs, and says nothing when that is there.
import { main } from "./commands.mjs";
import { install, installPnpm } from "./launch.mjs";
import { reportOnStderr } from "./steps.mjs";

/** Commands that see to their own needs, or look after the dependencies themselves: pnpm is enough for them. */
const needsPnpm =
  /^(start|test|install|i|add|remove|rm|update|up|dedupe|why|list|ls|outdated|audit|config|store|approve-builds|help)$/;
/** Scripts that run Parley. All others check or build it, with tools that running it does without. */
const runsParley = /^(start:.*|parley|migrate)$/;

reportOnStderr();
await main(async () => {
  const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
  const command = words[0] === "run" ? words[1] : words[0];
  if (!command || needsPnpm.test(command)) await installPnpm();
  else await install({ full: !runsParley.test(command) });
});
