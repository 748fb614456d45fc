import type { Page } from "@playwright/test";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";
import { startOtherSite } from "../src/other-site.ts";

// The widget is a part of the page that shows it, and no frame: there is nobody for another frame to speak with. The page's policy is
// off, so that a frame of another site can stand in it.
test.use({ bypassCSP: true });

/** What somebody might hope that is listened to. */
const forged = [
  { type: "parley:open" },
  { type: "parley", command: "open" },
  { type: "authenticate", token: "a.b.c" },
  { type: "message.created", message: { text: "forged" } },
  { method: "postMessage", params: { text: "forged" } },
  '{"type":"session","token":"forged"}',
];

/** Who listens to messages on the page's window, as the browser knows it. */
async function listeners(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  const { result } = await devtools.send("Runtime.evaluate", { expression: "window" });
  const { listeners } = await devtools.send("DOMDebugger.getEventListeners", { objectId: String(result.objectId) });
  await devtools.detach();
  return listeners.map(({ type }) => type).filter((type) => type.startsWith("message"));
}

/** Keeps what arrives at the page's window. */
const listen = (page: Page) => page.evaluate("heard = []; addEventListener('message', ({ data }) => heard.push(data))");
const heard = (page: Page) => page.evaluate<unknown[]>("heard");
/** A script that sends all of them to the window. */
const sendTo = (window: string) =>
  `for (const message of ${JSON.stringify(forged)}) ${window}.postMessage(message, "*")`;

test("[C9 + control] messages of a frame of another site reach the page and mean nothing to the widget in it", async ({
  page,
  builtIn,
}) => {
  await using site = await startOtherSite();
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say("Hello");
  await expect(shop.answers).toHaveCount(1);
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
  expect(await listeners(page)).toEqual([]);
  await page.getByRole("button", { name: "Close chat" }).first().click();
  const state = () => page.evaluate<string>("JSON.stringify({ ...localStorage })");
  const before = await state();
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(builtIn.installation.apiUrl)) sent.push(request.url());
  });

  await listen(page);
  expect(await listeners(page), "a listener would have been seen").toEqual(["message"]);
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement("iframe"), { src: "${site.on("127.0.0.1")}" }))`,
  );
  const framed = () => page.frames().find((frame) => frame !== page.mainFrame());
  await expect.poll(() => framed()?.url()).toBe(site.on("127.0.0.1"));
  await framed()?.evaluate(sendTo("parent"));
  await expect.poll(() => heard(page)).toEqual(forged);

  await expect(shop.chat).toBeHidden();
  expect(await state()).toBe(before);
  expect(sent).toEqual([]);
});

test("[C9 + control] messages of a page that has opened the dashboard do not reach it", async ({
  page,
  context,
  builtIn,
}) => {
  await using site = await startOtherSite();
  await openDashboard(page, builtIn);
  expect(await listeners(page)).toEqual([]);
  const opener = await context.newPage();
  await opener.goto(site.on("127.0.0.1"));
  for (const [url, arrives] of [
    [`${site.on("localhost")}own`, true],
    [`${builtIn.dashboardUrl}/inbox`, false],
  ] as const) {
    const opening = context.waitForEvent("page");
    await opener.evaluate(`opened = window.open("${url}"); 0`);
    const opened = await opening;
    await opened.waitForURL(url);
    await listen(opened);
    await opener.evaluate(sendTo("opened"));
    // What is sent is there before what is sent after it.
    await opened.evaluate("new Promise((resolve) => setTimeout(resolve))");
    if (arrives) await expect.poll(() => heard(opened)).toEqual(forged);
    else expect(await heard(opened)).toEqual([]);
    await opened.close();
  }
});
