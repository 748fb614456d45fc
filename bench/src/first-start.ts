import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@parley/platform/testing/free-port";
import { type Browser, chromium, type Page } from "@playwright/test";
import { percentile } from "./percentile.ts";
import { findProcesses, memoryMb, watchMemory } from "./process-tree.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** How this machine reaches the registry; apart from that the environment is a new user's. */
const network = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(https?_proxy|no_proxy|npm_config_registry|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir)$/i.test(name) && value
      ? [[name, value]]
      : [],
  ),
);
const inPage = fileURLToPath(new URL("in-page.js", import.meta.url));
const question = "How do I add my own documents?";

/**
 * What a new user lives through: a clone with an empty home and empty caches, `npm start`, the first cited answer in a browser; then
 * a second start; then 50 takeovers, from the click in the dashboard to the visitor's page; and the memory of all that runs.
 */
export async function benchFirstStart() {
  const home = await mkdtemp(path.join(tmpdir(), "parley-bench-home-"));
  const clone = path.join(home, "parley");
  const ports = {
    api: await freePort(),
    realtime: await freePort(),
    dashboard: await freePort(),
    widget: await freePort(),
  };
  const environment = {
    ...network,
    PATH: process.env.BENCH_PATH ?? process.env.PATH ?? "",
    HOME: home,
    npm_config_cache: path.join(home, ".npm"),
    API_PORT: String(ports.api),
    REALTIME_PORT: String(ports.realtime),
    DASHBOARD_PORT: String(ports.dashboard),
    WIDGET_PORT: String(ports.widget),
  };
  const browser = await chromium.launch({
    ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });

  async function start(begunAt: number) {
    const child = spawn("npm", ["start"], { cwd: clone, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    const peakMemory = watchMemory(child.pid ?? 0);
    while (!output.includes("Parley is ready")) {
      if (child.exitCode !== null) throw new Error(`npm start ended:\n${output}`);
      await wait(20);
    }
    const readySeconds = (performance.now() - begunAt) / 1000;
    await askInBrowser(browser, `http://localhost:${ports.widget}`);
    return {
      child,
      readySeconds,
      firstAnswerSeconds: (performance.now() - begunAt) / 1000,
      peakMemory,
      async stop() {
        child.kill("SIGINT");
        await once(child, "exit");
      },
    };
  }

  try {
    const begunAt = performance.now();
    await run("git", ["clone", "--quiet", root, clone], environment);
    const first = await start(begunAt);
    const peakFirst = first.peakMemory();
    await first.stop();

    const second = await start(performance.now());
    const { demoPassword } = JSON.parse(await readFile(path.join(clone, "data/secrets.json"), "utf8"));
    const takeoverMs = await takeOver(browser, ports, demoPassword, 50);
    const afterwardsMb = await memoryMb(second.child.pid ?? 0);
    const [product] = await findProcesses(second.child.pid ?? 0, "services/standalone/src/main.ts");
    const productMb = await memoryMb(product ?? 0);
    const peakSecond = second.peakMemory();
    await second.stop();
    return {
      cloneToFirstAnswerSeconds: round(first.firstAnswerSeconds),
      cloneToReadySeconds: round(first.readySeconds),
      warmStartToFirstAnswerSeconds: round(second.firstAnswerSeconds),
      warmStartToReadySeconds: round(second.readySeconds),
      takeoverP50Ms: round(percentile(takeoverMs, 0.5)),
      takeoverP95Ms: round(percentile(takeoverMs, 0.95)),
      takeovers: takeoverMs.length,
      memoryAfterwardsMb: afterwardsMb,
      memoryOfNpmAndLauncherMb: afterwardsMb - productMb,
      memoryPeakMb: Math.max(peakFirst, peakSecond),
      memoryPeakOfTheFirstStartMb: peakFirst,
    };
  } finally {
    await browser.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function openChat(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole("button", { name: "Open chat" }).click();
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
}

async function ask(page: Page): Promise<void> {
  const box = page.getByRole("textbox", { name: "Your message" });
  await box.fill(question);
  await box.press("Enter");
}

async function askInBrowser(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage();
  await openChat(page, url);
  await ask(page);
  await page.locator(".answer .sources").first().waitFor();
  await page.close();
}

// What in-page.js puts into the pages.
type Timed = { at: Promise<number> };
declare const nextClick: () => Timed;
declare const nextMention: (element: unknown, words: string) => Timed;

/** From the click on "Take over" to the notice on the visitor's page, each time in a new conversation. */
async function takeOver(
  browser: Browser,
  ports: { dashboard: number; widget: number },
  password: string,
  times: number,
): Promise<number[]> {
  const member = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await member.addInitScript({ path: inPage });
  await member.goto(`http://localhost:${ports.dashboard}`);
  await member.getByLabel("E-mail").fill("demo@example.com");
  await member.getByLabel("Password", { exact: true }).fill(password);
  await member.getByRole("button", { name: "Sign in" }).click();
  const measured: number[] = [];
  const visitor = await (await browser.newContext()).newPage();
  await visitor.addInitScript({ path: inPage });
  await openChat(visitor, `http://localhost:${ports.widget}`);
  await ask(visitor);
  await visitor.locator(".answer .sources").first().waitFor();
  // The two that this machine has seen before, and this one, which stands on top.
  await member.locator("[data-conversation]").nth(2).waitFor();
  await member.locator("[data-conversation]").first().click();
  for (let i = 0; i < times; i++) {
    const button = member.getByRole("button", { name: "Take over" }).first();
    await button.waitFor();
    const notices = visitor.getByRole("log").getByText("Demo member joined");
    const before = await notices.count();
    const shown = await visitor
      .getByRole("log")
      .evaluateHandle((log, words) => nextMention(log, words), "Demo member joined");
    const clicked = await member.evaluateHandle(() => nextClick());
    await button.click();
    measured.push((await shown.evaluate(({ at }) => at)) - (await clicked.evaluate(({ at }) => at)));
    await notices.nth(before).waitFor();
    await member.getByRole("button", { name: "Return to assistant" }).click();
  }
  return measured;
}

async function run(command: string, args: string[], env: Record<string, string>): Promise<void> {
  const child = spawn(command, args, { env, stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${command} failed`);
}

const round = (value: number) => Math.round(value * 10) / 10;
