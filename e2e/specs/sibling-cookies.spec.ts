import { createInstallation } from "@parley/standalone/testing/installation";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { signIn } from "../src/accounts.ts";
import { expect, type Place, test, watchContexts } from "../src/fixtures.ts";
import { serveOverHttps } from "../src/https-hosts.ts";
import { mailbox, newPerson, type Person } from "../src/mailbox.ts";

// The product over https, as it is installed: api, dashboard and realtime on hosts of their own, and beside them one that somebody else
// has. A sibling host may set cookies for the whole domain, which the browser then sends to the api as well.

const sessionCookie = "__Host-parley.session_token";

/** Whom the dashboard shows as signed in, after it was loaded anew. */
async function whoIsShown(page: Page, dashboardUrl: string): Promise<string> {
  await page.goto("about:blank"); // so that no answer is meant for the page before
  const answered = page.waitForResponse(/session\.me/);
  await page.goto(`${dashboardUrl}/inbox`);
  const [first] = [await (await answered).json()].flat();
  return first.result.data.user.email;
}

/** By the pages: only a browser finds these hosts. */
async function signUp(page: Page, place: Place, person: Person, workspace: string): Promise<void> {
  await page.goto(`${place.dashboardUrl}/sign-up`);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Name of the workspace").fill(workspace);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create workspace" }).click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await page.goto(await mailbox(place).linkTo(person.email, /Confirm your e-mail address/));
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

const cookieOf = async (context: BrowserContext, name: string, url: string) =>
  (await context.cookies(url)).find((cookie) => cookie.name === name)?.value;

test("[C5 + control] whatever cookies a sibling host plants, the member stays who they are, and the attacker's session counts for nothing", async ({
  problems,
  started,
}, { project }) => {
  test.setTimeout(120_000); // a second installation starts
  await using https = await serveOverHttps();
  const environment = {
    RATE_LIMITS: "off",
    API_URL: https.url("api"),
    REALTIME_URL: https.url("realtime", "wss"),
    DASHBOARD_URL: https.url("app"),
    WIDGET_URL: https.url("widget"),
  };
  await using installation = await createInstallation(environment, { copyOf: started.folder });
  const { ports } = installation;
  Object.assign(https.hosts, {
    api: { port: ports.api },
    realtime: { port: ports.realtime },
    app: { port: ports.dashboard },
  });
  const running = await installation.start();
  const place = { installation, shopUrl: https.url("widget"), dashboardUrl: https.url("app"), password: "" };
  const { launchOptions = {} } = project.use;
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), ...https.browserArgs],
  });
  watchContexts(browser, problems);
  const people = { victim: newPerson("Vera Victim"), attacker: newPerson("Otto Other") };
  const theirs = await browser.newContext();
  await signUp(await theirs.newPage(), place, people.attacker, "Other company");
  const planted = (await cookieOf(theirs, sessionCookie, https.url("api"))) ?? "";
  expect(planted).not.toBe("");
  const context = await browser.newContext();
  const page = await context.newPage();
  await signUp(page, place, people.victim, "Victim company");
  const own = await cookieOf(context, sessionCookie, https.url("api"));
  expect(await whoIsShown(page, place.dashboardUrl)).toBe(people.victim.email);

  // The sibling sets the attacker's session under every name that may be read for it, for the whole domain and for longer paths.
  const names = [sessionCookie, "parley.session_token", "__Secure-parley.session_token", "__host-parley.session_token"];
  const others = ["__Host-parley.csrf", "parley.csrf"];
  const places = ["Path=/", "Path=/trpc", "Path=/api/auth"].map((path) => `Domain=${https.domain}; ${path}; Secure`);
  const setCookies = places.flatMap((where) => [
    ...[...names, ...others].map((name) => `${name}=${planted}; ${where}`),
    `=${sessionCookie}=${planted}; ${where}`, // without a name, it would be read as the other one
  ]);
  https.hosts.sibling = {
    answer: (_request, response) =>
      void response.writeHead(200, { "content-type": "text/html", "set-cookie": setCookies }).end("<title>x</title>"),
  };
  await page.goto(https.url("sibling"));

  const sent: string[] = [];
  page.on("request", async (request) => {
    if (!request.url().startsWith(https.url("api"))) return;
    const cookies = await request.headerValue("cookie").catch(() => null); // the page may be gone
    sent.push(cookies ?? "");
  });
  expect(await whoIsShown(page, place.dashboardUrl)).toBe(people.victim.email);
  await expect.poll(() => sent.join("\n"), "they do reach the api").toContain(`; parley.session_token=${planted}`);
  expect(sent.join("\n"), "but never in the name that counts").not.toContain(`${sessionCookie}=${planted}`);
  expect(await cookieOf(context, sessionCookie, https.url("api"))).toBe(own);

  // Nor is anything changed for it: what the member changes is the member's, with the token of their own session.
  await page.goto(`${place.dashboardUrl}/settings/profile`);
  await page.getByLabel("Your name").fill("Vera Renamed");
  const saved = page.waitForResponse(/update-user/);
  await page.getByRole("button", { name: /^Save/ }).first().click();
  expect((await saved).status()).toBe(200);
  await page.reload();
  await expect(page.getByLabel("Your name")).toHaveValue("Vera Renamed");

  // A browser without a session of its own has none by planted cookies, either, and signs in as who it says.
  const fresh = await browser.newContext();
  const anybody = await fresh.newPage();
  await anybody.goto(https.url("sibling"));
  await anybody.goto(`${place.dashboardUrl}/inbox`);
  await expect(anybody).toHaveURL(/sign-in/);
  await signIn(anybody, place, people.victim);
  await anybody.getByRole("navigation", { name: "Main" }).waitFor();
  expect(await whoIsShown(anybody, place.dashboardUrl)).toBe(people.victim.email);

  // In the name that no sibling can set, the same value would have made the victim the attacker: the test would have seen it.
  await context.addCookies([
    { name: sessionCookie, value: planted, url: https.url("api"), secure: true, httpOnly: true },
  ]);
  expect(await whoIsShown(page, place.dashboardUrl)).toBe(people.attacker.email);

  await browser.close();
  await running.end();
});
