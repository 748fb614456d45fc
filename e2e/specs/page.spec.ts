import { expect, openShop, type Place, test } from "../src/fixtures.ts";

// What a page does to the widget, and the widget to a page.

test("the widget works under the strictest policies that its documentation names, on a right-to-left page", async ({
  page,
  builtIn,
}) => {
  await servePage(page, builtIn, { attributes: 'dir="rtl" lang="ar"' });
  const shop = await openShop(page, builtIn.shopUrl);
  const launcher = await page.getByRole("button", { name: "Close chat" }).last().boundingBox();
  expect(launcher?.x, "the launcher stands where lines end").toBeLessThan(100);

  await shop.say("How do I add my own documents?");
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
  await shop.answers.first().getByRole("listitem").first().getByRole("button").click();
  await expect(shop.chat.locator("mark").first()).toBeInViewport();
  expect(await page.evaluate("document.body.children.length"), "one element is all that it adds").toBe(1);
});

test("who asks for less motion gets none", async ({ page, builtIn }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say("How do I add my own documents?");
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
  const moving = await shop.chat.evaluate((panel) =>
    panel
      .getAnimations({ subtree: true })
      .map(({ effect }: Animation) => effect.getComputedTiming().duration)
      .filter((duration: number) => duration > 0),
  );
  expect(moving).toEqual([]);
});

test("everything can be done with the keyboard, and the focus is never lost", async ({ page, builtIn }) => {
  await page.goto(builtIn.shopUrl);
  const launcher = page.getByRole("button", { name: "Open chat" });
  await launcher.focus();
  await page.keyboard.press("Enter");
  const chat = page.getByRole("dialog");
  const box = chat.getByRole("textbox", { name: "Your message" });
  await expect(box).toBeFocused();

  await page.keyboard.type("How do I add");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("my own documents?");
  await expect(box).toHaveValue("How do I add\nmy own documents?");
  await page.keyboard.press("Enter");
  await expect(box).toHaveValue("");
  const answer = chat.locator(".answer").first();
  await expect(answer).toHaveAttribute("aria-busy", "false");

  const chip = answer.getByRole("button", { name: /^Source 1/ }).first();
  for (let presses = 0; presses < 30 && !(await isFocused(chip)); presses += 1) await page.keyboard.press("Shift+Tab");
  await expect(chip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(chat.getByRole("button", { name: "Back to the conversation" })).toBeFocused();
  await expect(chat.locator("mark").first()).toBeInViewport();
  await page.keyboard.press("Escape");
  await expect(chip).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(chat).toBeHidden();
  await expect(page.getByRole("button", { name: "Open chat" })).toBeFocused();
});

/** As far as it is looked at: what the browser calls by this name is not known here. */
type Animation = { effect: { getComputedTiming(): { duration: number } } };

const isFocused = (locator: ReturnType<Page["locator"]>) => locator.evaluate((element) => element.matches(":focus"));

type Page = Parameters<typeof openShop>[0];

/** In the shop's place, and so on the inbox's list: a page of nothing but the widget, under the policy of docs/widget.md. */
async function servePage(page: Page, { installation, shopUrl }: Place, { attributes }: { attributes: string }) {
  const { apiUrl, ports } = installation;
  const policy = [
    "default-src 'none'",
    `script-src ${shopUrl}`,
    `connect-src ${apiUrl} ws://localhost:${ports.realtime}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  // The browser doesn't count a page that no server has sent as one of this machine.
  await page.context().grantPermissions(["local-network-access"]);
  const key = await installation.publishableKey();
  await page.route(`${shopUrl}/`, (route) =>
    route.fulfill({
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": policy.join("; ") },
      body: `<!doctype html><html ${attributes}><head><title>A page</title>
        <script async src="${shopUrl}/parley.js" data-key="${key}" data-api="${apiUrl}"></script></head><body></body></html>`,
    }),
  );
}
