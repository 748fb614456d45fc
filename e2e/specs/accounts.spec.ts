import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

test("signing a device out covers what it showed, and whoever signs in there again finds what they had typed", async ({
  page,
  browser,
  context,
  builtIn,
}) => {
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  await shop.say("Is somebody there?");
  await expect(shop.answers).toHaveCount(1);
  const elsewhere = await browser.newContext({ reducedMotion: "reduce" });
  const other = await openDashboard(await elsewhere.newPage(), builtIn);
  await other.open(await shop.conversationId());
  await other.takeOver().click();
  const reply = other.page.getByRole("textbox", { name: /^Reply to/ });
  await reply.fill("Half a sentence");

  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Security" }).click();
  const devices = page.getByRole("list", { name: "Signed-in devices" });
  await expect(devices.getByText("This device")).toHaveCount(1);
  await page.getByRole("button", { name: "Sign out all others" }).click();
  await expect(devices.getByRole("listitem")).toHaveCount(1);

  const cover = other.page.getByRole("dialog", { name: "Sign in to go on" });
  await expect(cover.getByText("Your session has ended")).toBeVisible();
  await expect(cover.getByLabel("E-mail")).toHaveValue("demo@example.com");
  await expect(cover.getByLabel("Password", { exact: true })).toBeFocused();
  await other.page.keyboard.press("Escape");
  await expect(cover).toBeVisible();
  await cover.getByLabel("Password", { exact: true }).fill(builtIn.password);
  await cover.getByRole("button", { name: "Sign in" }).click();
  await expect(cover).toBeHidden();
  await expect(reply).toHaveValue("Half a sentence");
  await reply.press("Control+Enter");
  await expect(shop.messages.getByText("Half a sentence")).toBeVisible();
  await elsewhere.close();
});

test("the audit log tells of a sign-in, and can be looked through by action", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Audit log" }).click();
  const entries = page.getByRole("list", { name: "Entries, newest first" }).getByRole("listitem");
  await page.getByLabel("Action").selectOption("Signed in");
  await expect(page).toHaveURL(/action=user\.signed_in/);
  await expect(entries.first()).toContainText("Demo member");
  await page.reload();
  await expect(page.getByLabel("Action")).toHaveValue("user.signed_in");
  await page.getByLabel("Action").selectOption("API key revoked");
  await expect(page.getByText("Nothing of the kind happened")).toBeVisible();
});

test("an API key is shown once, stays in the list, and is revoked after a question", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/settings/api-keys`);
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByRole("button", { name: "Create the key" }).click();
  const card = page.getByRole("region", { name: "The key Nightly report" });
  const key = (await card.getByRole("code").textContent()) ?? "";
  expect(key).toMatch(/^\S{20,}$/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  const row = page.getByRole("list", { name: "Keys in use" }).getByRole("listitem");
  await expect(row).toContainText("Nightly report");
  await page.reload();
  await expect(row).toContainText("never used");
  await expect(page.getByText(key)).toHaveCount(0);

  await row.getByRole("button", { name: "Revoke Nightly report" }).click();
  const question = page.getByRole("alertdialog", { name: "Revoke Nightly report?" });
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await row.getByRole("button", { name: "Revoke Nightly report" }).click();
  await question.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("list", { name: "Keys that open nothing any more" })).toContainText("Nightly report");
});
