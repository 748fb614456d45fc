import { readFile } from "node:fs/promises";
import { createInstallation } from "@parley/standalone/testing/installation";
import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

const question = "How do I add my own documents?";

test("nothing spent says so, and a budget is set, changed and removed by keyboard", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Costs" }).click();
  await expect(page.getByText("Nothing was spent in this time")).toBeVisible();
  await expectAccessibleInAllLooks(page);

  await page.getByRole("button", { name: "Set a budget" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("US dollars a month")).toBeFocused();
  await page.keyboard.type("50");
  await page.getByLabel("Cheapest models only, from").fill("90");
  await page.getByLabel("Built-in answerer, from").fill("70");
  await page.keyboard.press("Enter");
  await expect(page.getByText("A milder step can't begin after a harder one.")).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await page.getByLabel("Cheapest models only, from").fill("");
  await page.keyboard.press("Enter");
  await expect(page.getByText("From 70 %: built-in answerer")).toBeVisible();
  await expect(page.getByText("$0.00 of $50.00")).toBeVisible();

  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("button", { name: "Remove the budget" }).click();
  await page.getByRole("alertdialog", { name: "Remove the budget?" }).getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No limit is set")).toBeVisible();

  // A time that makes no sense is refused in words, and what was entered stays.
  const time = page.getByRole("form", { name: "From one day to another" });
  await time.getByLabel("From").fill("2026-02-01");
  await time.getByLabel("Until").fill("2026-01-31");
  await time.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("Until is before From.")).toBeVisible();
  await expect(time.getByLabel("From")).toHaveValue("2026-02-01");
  await time.getByLabel("Until").fill("2026-02-28");
  await time.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/from=2026-02-01.*until=2026-02-28/);
  await expect(page.getByText("Until is before From.")).toHaveCount(0);
  await expect(time.getByRole("button", { name: "Show" })).toBeFocused();
});

test("whoever sets a budget after a call without a price that the page has not seen is asked to confirm it", async ({
  page,
  context,
  withModel,
}) => {
  const shop = await openShop(await context.newPage(), withModel.shopUrl);
  await shop.say(question);
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
  await shop.page.close();

  let isBefore = true;
  await page.route("**/trpc/*costs.budget*", async (route) => {
    if (!isBefore) return route.continue();
    const response = await route.fetch();
    const answers = (await response.json()) as { result: { data: object } }[];
    for (const { result } of answers) if ("unpriced" in result.data) result.data.unpriced = [];
    await route.fulfill({ response, json: answers });
  });
  await openDashboard(page, withModel);
  await page.getByRole("link", { name: "Costs" }).click();
  await page.getByRole("button", { name: "Set a budget" }).click();
  await page.getByLabel("US dollars a month").fill("50");
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  isBefore = false;
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: /I know that/ }).check();
  await expect(page.getByLabel("US dollars a month")).toHaveValue("50");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Save the budget" }).click();
  await expect(page.getByText("of $50.00")).toBeVisible();
  await expect(page.getByRole("link", { name: "Give them a price" })).toBeVisible();
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("button", { name: "Remove the budget" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No limit is set")).toBeVisible();
});

test("what answers cost is told per day, model, purpose and conversation, and a spent budget changes the next answer, visibly", async ({
  page,
  context,
  provider,
  started,
}) => {
  test.setTimeout(180_000);
  const environment = {
    ...{ RATE_LIMITS: "off", OPENAI_BASE_URL: provider.url, OPENAI_MODEL: "test-model" },
    // The model is asked, also where the built-in answerer is sure.
    ...{ OPENAI_PRICE_INPUT: "1", OPENAI_PRICE_OUTPUT: "2", ANSWER_QUALITY: "best" },
  };
  await using installation = await createInstallation(environment, { copyOf: started.folder });
  await installation.start();
  const { demoPassword: password } = await installation.secrets();
  const dashboardUrl = `http://localhost:${installation.ports.dashboard}`;
  const place = { installation, shopUrl: installation.origin, dashboardUrl, password };
  await openDashboard(page, place);
  await page.goto(`${dashboardUrl}/costs`);
  await page.getByRole("button", { name: "Set a budget" }).click();
  await page.getByLabel("US dollars a month").fill("0.80");
  await page.keyboard.press("Enter");
  await expect(page.getByText("From 80 %: cheapest models only · From 100 %: built-in answerer")).toBeVisible();

  // Each costs what the provider counts: 0.50 and 0.40 dollars.
  const shop = await openShop(await context.newPage(), place.shopUrl);
  for (const [index, dollars] of [0.5, 0.4].entries()) {
    provider.enqueue({ usage: { prompt_tokens: dollars * 1_000_000, completion_tokens: 0 } });
    await shop.say(question);
    await expect(shop.answers.nth(index)).toHaveAttribute("aria-busy", "false");
  }

  // By itself: nobody reloads the page.
  await expect(page.getByText("112 % of this month's budget for models is spent.")).toBeVisible();
  await expect(page.getByText("No model is paid for now")).toBeVisible();
  await expect(page.getByRole("list", { name: "Alerts" }).getByRole("listitem")).toHaveText([
    /^50 % reached on/,
    /^80 % reached on/,
    /^100 % reached on/,
  ]);
  const models = page.getByRole("table", { name: "Spent per model" });
  await expect(models.getByRole("row", { name: /test-model/ })).toContainText("$0.90");
  await expect(page.getByRole("table", { name: "Spent per purpose" }).getByRole("row")).toHaveText([
    /Purpose/,
    /^Answers2900,000\$0\.90$/,
  ]);
  await expect(page.locator("canvas")).toBeVisible();
  await page.getByText("As a table").click();
  await expect(page.getByRole("table", { name: "Spent per day" }).getByRole("row")).toHaveCount(2);
  await expectAccessibleInAllLooks(page);

  // While another time is fetched, nothing of the one before can be taken for it, or be saved under its name.
  const held = Promise.withResolvers<void>();
  await page.route("**/trpc/*costs.report*", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "90 days" }).click();
  await expect(page.getByRole("button", { name: "90 days" })).toHaveAttribute("aria-pressed", "true");
  const before = page.locator("[inert]").getByRole("button", { name: "Export as CSV" });
  await expect(before).toBeVisible();
  held.resolve();
  await expect(before).toHaveCount(0);
  await page.unroute("**/trpc/*costs.report*");

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as CSV" }).click();
  const file = await (await download).path();
  expect(await readFile(file, "utf8")).toMatch(/,answer,127\.0\.0\.1:\d+,test-model,2,900000,0,0,0,0,0\.900000\r\n$/);
  const second = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all conversations as CSV" }).click();
  const conversations = await readFile(await (await second).path(), "utf8");
  expect(conversations.split("\r\n")).toEqual([
    "conversation,answers,requests,unpriced_requests,cost_usd",
    `${await shop.conversationId()},2,2,0,0.900000`,
    "",
  ]);

  await shop.say(question);
  await expect(shop.answers.nth(2)).toHaveAttribute("aria-busy", "false");
  await page.goto(`${dashboardUrl}/assistant`);
  await expect(page.getByText("No model is paid for now")).toBeVisible();
  await expect(page.getByRole("link", { name: "Budget", exact: true })).toHaveAttribute("href", "/costs");
  await page.getByRole("link", { name: "Change the budget" }).click();
  await expect(page.getByRole("button", { name: "Change", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Change the budget" })).toHaveCount(0);
  await page.getByRole("table", { name: "Spent per conversation" }).getByRole("link").click();
  const receipts = page.getByRole("button", { name: "Receipt" });
  await expect(receipts).toHaveCount(3);
  await receipts.last().click();
  const receipt = page.getByRole("region", { name: "Receipt" });
  await expect(receipt.getByText("The built-in answerer wrote, by the budget.")).toBeVisible();
  // The product stops before its pages are closed, and they would say so.
  await shop.page.close();
  await page.goto("about:blank");
});
