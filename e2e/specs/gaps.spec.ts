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

  // What is typed while it is saved stays, and so does the focus; nothing is lost without a question.
  const written = page.getByLabel("Answer");
  const held = Promise.withResolvers<void>();
  await page.route("**/trpc/gaps.saveDraft*", async (route) => {
    await held.promise;
    await route.continue();
  });
  await written.fill(`${answer} First draft.`);
  await page.getByRole("button", { name: "Save the draft" }).click();
  await written.fill(`${answer} Ask for an offer first.`);
  held.resolve();
  await expect(page.getByRole("button", { name: "Save the draft" })).toBeVisible();
  await expect(written).toHaveValue(`${answer} Ask for an offer first.`);
  await expect(written).toBeFocused();
  await expect(page.getByText("Saved", { exact: true })).toHaveCount(0);
  await page.getByRole("link", { name: "Inbox", exact: true }).click();
  await page
    .getByRole("alertdialog", { name: "Leave without saving?" })
    .getByRole("button", { name: "Cancel" })
    .click();
  await page.getByRole("button", { name: "Draft anew" }).click();
  const anew = page.getByRole("alertdialog", { name: "Draft it anew?" });
  await anew.getByRole("button", { name: "Cancel" }).click();
  await expect(written).toHaveValue(`${answer} Ask for an offer first.`);
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();

  // Somebody else writes as well: what is saved is shown where nothing else was typed, and written over by nobody unseen.
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByLabel("Answer").fill("Somebody else's words.");
  await other.getByRole("button", { name: "Save the draft" }).click();
  await expect(written).toHaveValue("Somebody else's words.");
  await written.fill(`${answer} Ask for an offer first.`);
  await other.getByLabel("Answer").fill("Their later words.");
  await other.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.getByText("Somebody else has changed the draft meanwhile.")).toBeVisible();
  await page.getByRole("button", { name: "Publish and close" }).click();
  await expect(written).toHaveValue(`${answer} Ask for an offer first.`);
  await expect(other.getByLabel("Answer")).toHaveValue("Their later words.");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Show theirs" }).click();
  await expect(written).toHaveValue("Their later words.");
  await page.getByRole("button", { name: "Draft anew" }).click();
  await anew.getByRole("button", { name: "Draft anew" }).click();
  await expect(written).toHaveValue(answer);
  await expect(other.getByLabel("Answer")).toHaveValue(answer);

  // It stays as well where somebody else is done with the gap.
  await written.fill("Never saved.");
  await other.getByRole("button", { name: "Ignore" }).click();
  await expect(page.getByText("The gap is ignored. What you typed is not saved.")).toBeVisible();
  await expect(written).toHaveValue("Never saved.");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Discard mine" }).click();
  await expect(written).toHaveCount(0);
  await page.getByRole("button", { name: "Open again" }).click();
  await written.fill(`${answer} Ask for an offer first.`);
  await other.getByRole("button", { name: "Publish and close" }).click();
  await expect(page.getByText("The article is published without what you typed.")).toBeVisible();
  await expect(written).toHaveValue(`${answer} Ask for an offer first.`);
  await other.close();
  // What is typed while it is being published is nobody else's.
  const goesOn = Promise.withResolvers<void>();
  await page.route("**/trpc/gaps.publish*", async (route) => {
    await goesOn.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "Publish and close" }).click();
  await written.fill(`${answer} Ask for an offer first. Or call us.`);
  await expect(page.getByText("The article is published without what you typed.")).toHaveCount(0);
  goesOn.resolve();
  await expect(page.getByText("The article is published without what you typed.")).toBeVisible();
  await expect(page.getByText("Somebody else has changed the draft meanwhile.")).toHaveCount(0);
  await expect(written).toHaveValue(`${answer} Ask for an offer first. Or call us.`);
  await page.getByRole("button", { name: "Discard mine" }).click();
  await expect(written).toHaveCount(0);
  await expect(
    page.getByText("before the article was published; since then not left open again, and its article not cited"),
  ).toBeVisible();
  await page.getByRole("link", { name: "The article" }).click();
  await expect(page.getByText("Ask for an offer first.")).toBeVisible();
  await expect(page.getByText("In use")).toBeVisible();
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("textbox", { name: "Answer" }).fill(`${answer} Ask for our offer first.`);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Ask for our offer first.")).toBeVisible();
  await expect(page.getByText("In use")).toBeVisible();

  const second = await openShop(await context.newPage(), builtIn.shopUrl);
  await second.page.evaluate("localStorage.clear()");
  await second.page.reload();
  const again = await openShop(second.page, builtIn.shopUrl);
  await again.say(question);
  await expect(again.answers.first()).toContainText("repaired in our workshop");
  await page.goto(`${builtIn.dashboardUrl}/gaps?show=closed`);
  const closed = page.getByRole("listitem").filter({ hasText: question });
  await expect(closed).toContainText("Since it was published: answered once, never left open");
  // When it was left open before, is no news of the article.
  await expect(closed.locator("time")).toHaveCount(0);
});
