import { expectAccessible, looks } from "../src/accessible.ts";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

const question = "Do you repair antique barometers?";
const answer = "Yes, antique barometers are repaired in our workshop within three weeks.";

test("a question that nobody could answer turns up as a gap; the person's answer becomes the article that closes it", async ({
  page,
  context,
  builtIn,
}) => {
  const dashboard = await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/gaps?show=ignored`);
  await expect(page.getByText("No gaps here")).toBeVisible();
  await expectAccessible(page);

  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  await shop.say(question);
  await expect(shop.handOff()).toBeVisible();
  await shop.handOff().click();
  await page.goto(`${builtIn.dashboardUrl}/inbox`);
  await dashboard.open(await shop.conversationId());
  await dashboard.takeOver().click();
  await dashboard.reply(answer);
  await expect(shop.messages.getByText(answer)).toBeVisible();

  await page.getByRole("link", { name: "Gaps" }).click();
  const list = page.getByRole("list", { name: "Gaps" });
  const row = list.getByRole("listitem").filter({ hasText: question });
  await expect(row.getByText("Open")).toBeVisible();
  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
  }
  await page.setViewportSize(looks[0].viewport);
  await row.getByRole("link").click();
  await expect(page.getByText("The assistant did not know").or(page.getByText("Handed to a person"))).toBeVisible();
  await page.getByRole("button", { name: "Draft an article" }).click();
  await expect(page.getByLabel("Answer")).toHaveValue(answer);
  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
  }
  await page.setViewportSize(looks[0].viewport);
  await page.getByLabel("Answer").fill(`${answer} Ask for an offer first.`);
  await page.getByRole("button", { name: "Publish and close" }).click();
  await expect(page.getByText("before the article was published, and not once since")).toBeVisible();
  await page.getByRole("link", { name: "The article" }).click();
  await expect(page.getByText("Ask for an offer first.")).toBeVisible();
  await expect(page.getByText("In use")).toBeVisible();

  const second = await openShop(await context.newPage(), builtIn.shopUrl);
  await second.page.evaluate("localStorage.clear()");
  await second.page.reload();
  const anew = await openShop(second.page, builtIn.shopUrl);
  await anew.say(question);
  await expect(anew.answers.first()).toContainText("repaired in our workshop");
});
