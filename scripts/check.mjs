// `./pnpm check`: what can be told without a server or a browser, in about a minute.

import { staticChecks } from "./checks/static-checks.mjs";
import { unitTests } from "./checks/tests.mjs";
import { main } from "./commands.mjs";
import { install } from "./launch.mjs";

await main(async () => {
  await install({ full: true });
  await staticChecks();
  await unitTests();
});
