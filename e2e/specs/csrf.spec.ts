import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, openDashboard, openShop, type Place, test } from "../src/fixtures.ts";
import { startOtherSite } from "../src/other-site.ts";

// A member is signed in, and opens another site's page in the same browser. `127.0.0.1` is another site than `localhost`; another port of
// `localhost` is another origin of the same site, as a sibling host is: there the browser sends the cookie along, and the server alone
// is left to refuse.
const hosts = ["127.0.0.1", "localhost"] as const;

/** A member with a conversation that the assistant has, and another site's page beside it. */
async function lure(browser: Browser, place: Place) {
  const context = await browser.newContext();
  const shop = await openShop(await context.newPage(), place.shopUrl);
  await shop.say("Is anybody there?");
  await expect(shop.answers).toHaveCount(1);
  const conversationId = await shop.conversationId();
  const dashboard = await openDashboard(await context.newPage(), place);
  const { apiUrl } = place.installation;
  const status = async () => {
    const input = encodeURIComponent(JSON.stringify({ conversationId }));
    const answer = await context.request.get(`${apiUrl}/trpc/conversations.get?input=${input}`);
    return (await answer.json()).result.data.status;
  };
  return { context, dashboard, conversationId, apiUrl, status, page: await context.newPage() };
}

/** What the api answered to requests of the page. */
function watch(page: Page, apiUrl: string) {
  const answers: { method: string; path: string; status: number; cookie: boolean }[] = [];
  page.on("response", async (response) => {
    if (!response.url().startsWith(apiUrl)) return;
    const headers = await response.request().allHeaders();
    const path = new URL(response.url()).pathname;
    const cookie = (headers.cookie ?? "").includes("session_token");
    answers.push({ method: response.request().method(), path, status: response.status(), cookie });
  });
  return answers;
}

const sessionCookies = async (context: BrowserContext) =>
  (await context.cookies()).filter(({ name }) => name.endsWith("session_token")).map(({ value }) => value);

/** Posts a form to the address, in a frame, as a page can without being asked. */
const postForm = (url: string, type: string, fields: Record<string, string>) => `
  new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.name = "f" + Math.random();
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: ${JSON.stringify(url)}, enctype: ${JSON.stringify(type)}, target: frame.name });
    for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    frame.addEventListener("load", () => resolve());
    form.submit();
  })`;

const forms = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

for (const host of hosts) {
  test(`[C1 + control] forms and requests of a page on ${host} change nothing, and the dashboard's own button does`, async ({
    browser,
    builtIn,
  }) => {
    await using site = await startOtherSite();
    const { context, dashboard, conversationId, apiUrl, status, page } = await lure(browser, builtIn);
    const answers = watch(page, apiUrl);
    await page.goto(site.on(host));
    const takeOver = `${apiUrl}/trpc/conversations.takeOver`;
    const json = JSON.stringify({ conversationId });

    for (const type of forms) {
      const before = answers.length;
      await page.evaluate(postForm(takeOver, type, { [`{"conversationId":"${conversationId}","x":"`]: '"}' }));
      await expect.poll(() => answers.slice(before).map(({ status }) => status)).toEqual([415]);
    }
    expect(
      answers.some(({ cookie }) => cookie),
      "the browser sends it along within a site",
    ).toBe(host === "localhost");

    const attempts = [
      { mode: "no-cors", headers: { "content-type": "text/plain" } },
      { mode: "no-cors", headers: { "content-type": "application/x-www-form-urlencoded" } },
      { mode: "cors", headers: { "content-type": "text/plain" } },
      { mode: "cors", headers: { "content-type": "application/json" } },
      { mode: "cors", headers: { "content-type": "application/json", "x-csrf-token": "a" } },
    ];
    for (const attempt of attempts) {
      const request = { ...attempt, method: "POST", credentials: "include", body: json };
      const read = await page.evaluate<string>(
        `fetch(${JSON.stringify(takeOver)}, ${JSON.stringify(request)}).then((r) => r.type + r.status, () => "refused")`,
      );
      expect(["refused", "opaque0"], JSON.stringify(attempt)).toContain(read);
    }
    const token = await page.evaluate<string>(
      `fetch(${JSON.stringify(`${apiUrl}/api/csrf`)}, { credentials: "include" }).then((r) => r.text(), () => "refused")`,
    );
    expect(token, "no other page reads a token").toBe("refused");
    expect(answers.filter(({ method, status }) => method === "POST" && status < 400)).toEqual([]);
    expect(await status()).toBe("pending");

    await dashboard.open(conversationId);
    await dashboard.takeOver().click();
    await expect.poll(status).toBe("open");
    await context.close();
  });

  test(`[C4] a page on ${host} signs nobody in or out`, async ({ browser, builtIn }) => {
    await using site = await startOtherSite();
    const { context, apiUrl, page } = await lure(browser, builtIn);
    const before = await sessionCookies(context);
    expect(before).toHaveLength(1);
    const answers = watch(page, apiUrl);
    await page.goto(site.on(host));
    const credentials = { email: "demo@example.com", password: builtIn.password };
    for (const type of forms) {
      await page.evaluate(postForm(`${apiUrl}/api/auth/sign-in/email`, type, credentials));
      await page.evaluate(postForm(`${apiUrl}/api/auth/sign-out`, type, { a: "b" }));
    }
    await expect.poll(() => answers.map(({ status }) => status)).toEqual(Array(6).fill(415));
    expect(await sessionCookies(context)).toEqual(before);
    const me = await context.request.get(`${apiUrl}/trpc/session.me`);
    expect(me.status()).toBe(200);
    await context.close();
  });

  test(`[C7] a page on ${host} hears nothing through a socket`, async ({ browser, builtIn }) => {
    await using site = await startOtherSite();
    const { context, page } = await lure(browser, builtIn);
    await page.goto(site.on(host));
    const heard = await page.evaluate<string[]>(`
      new Promise((resolve) => {
        const heard = [];
        const socket = new WebSocket("ws://localhost:${builtIn.installation.ports.realtime}");
        socket.onmessage = ({ data }) => heard.push(JSON.parse(data).type);
        socket.onopen = () => socket.send(JSON.stringify({ type: "authenticate", token: "a.b.c" }));
        socket.onclose = () => resolve(heard);
      })`);
    expect(heard.filter((type) => type !== "error")).toEqual([]);
    await context.close();
  });

  test(`[C9] a page on ${host} starts no visit, and the widget says so there`, async ({ browser, builtIn }) => {
    await using site = await startOtherSite();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(site.on(host));
    const publishableKey = await builtIn.installation.publishableKey();
    const url = `${builtIn.installation.apiUrl}/widget/v1/visits`;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ publishableKey }),
    };
    const read = await page.evaluate(
      `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(async (r) => [r.status, (await r.json()).error.code])`,
    );
    expect(read).toEqual([403, "origin.not_allowed"]);
    const withCookies = await page.evaluate(
      `fetch(${JSON.stringify(url)}, ${JSON.stringify({ ...init, credentials: "include" })}).then(() => "read", () => "refused")`,
    );
    expect(withCookies, "no answer is readable with cookies").toBe("refused");
    await context.close();
  });

  test(`[C10 + control] a page on ${host} frames neither the dashboard nor the demo page nor the api`, async ({
    browser,
    builtIn,
  }) => {
    await using site = await startOtherSite();
    const { context, page, apiUrl } = await lure(browser, builtIn);
    await page.goto(site.on(host));
    const framed = () => page.frames().find((frame) => frame !== page.mainFrame());
    const own = `${site.on(host)}framed`;
    for (const url of [builtIn.dashboardUrl, builtIn.shopUrl, `${apiUrl}/healthz`, own]) {
      await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.addEventListener("load", resolve);
        frame.src = ${JSON.stringify(url)};
        document.body.replaceChildren(frame);
      })`);
      // The frame has loaded before the browser says where it has come to. What may be framed is.
      await expect.poll(() => framed()?.url(), { message: url }).toMatch(url === own ? own : /^chrome-error:/);
    }
    await context.close();
  });
}
