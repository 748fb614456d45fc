import { signUp } from "../src/accounts.ts";
import { expect, openDashboard, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

// What is taken away takes the focus along; somebody who works with the keyboard, or hears the page, goes on where they were.

test("when what had the focus goes, the heading of its section has it, or the page's", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/settings/security`);
  await page.getByRole("button", { name: "Set up the second factor" }).click();
  await page.getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(page.getByRole("heading", { name: "Second factor", exact: true })).toBeFocused();

  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByRole("button", { name: "Invite" }).waitFor();
  await page.getByLabel("E-mail address").fill(`guest.${Date.now()}@example.com`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("button", { name: /^Withdraw/ }).press("Enter");
  await expect(page.getByRole("heading", { name: "Members", exact: true })).toBeFocused();
});

test("a key that was being made is shown, also to somebody who turned away meanwhile", async ({ page, builtIn }) => {
  await signUp(page, builtIn, newPerson("Annie Easley"), "Centaur");
  await page.goto(`${builtIn.dashboardUrl}/settings/api-keys`);
  let answer: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(/trpc\/apiKeys\.(create|rotate)/, async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByLabel("Name").fill("Turned away");
  await page.getByRole("button", { name: "Create the key" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Create a key" })).toBeVisible();
  answer?.();
  await expect(page.getByRole("region", { name: "The key Turned away" })).toBeVisible();
  await page.getByRole("button", { name: "I have kept it" }).press("Enter");
  await expect(page.getByRole("heading", { name: "API keys", exact: true })).toBeFocused();

  await page.unroute(/trpc\/apiKeys\.(create|rotate)/);
  let answerAgain: (() => void) | undefined;
  const heldAgain = new Promise<void>((resolve) => {
    answerAgain = resolve;
  });
  await page.route(/trpc\/apiKeys\.rotate/, async (route) => {
    const response = await route.fetch();
    await heldAgain;
    await route.fulfill({ response });
  });
  await page.getByRole("button", { name: "Replace Turned away" }).click();
  const question = page.getByRole("alertdialog", { name: "Replace Turned away?" });
  await question.getByRole("button", { name: "Replace" }).click();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  answerAgain?.();
  await expect(page.getByRole("region", { name: "The key Turned away" })).toBeVisible();
});
