// `./pnpm dev`: everything from source. The dashboard and the services follow each change; the widget is built anew.
import { main, run } from "./commands.mjs";
import { build, node24, root, toolEnv } from "./launch.mjs";

/** Vite has the dashboard's usual port, and the built one, which nobody looks at, another. */
const dashboardUrl = "http://localhost:5174";
const services = { DASHBOARD_URL: dashboardUrl, DASHBOARD_PORT: "5184" };

await main(async () => {
  await build();
  const env = toolEnv();
  const start = (name, command, args, more = {}) =>
    run(command, args, {
      cwd: root,
      env: { ...env, ...more },
      onOutput: (text) => process.stdout.write(text.replace(/^(?=.)/gm, `${name.padEnd(9)} │ `)),
    });
  const watched = ["--watch", "--watch-preserve-output", "services/standalone/src/main.ts"];
  // Until one of them ends, or Ctrl-C ends all.
  await Promise.race([
    start("services", node24(), watched, services),
    start("dashboard", "pnpm", ["--dir", "apps/dashboard", "exec", "vite", "--clearScreen", "false"]),
    start("widget", "pnpm", ["--dir", "apps/widget-sdk", "exec", "vite", "build", "--watch"]),
  ]);
});
