import { expect, openDashboard, test } from "../src/fixtures.ts";
import { tabTo } from "../src/keyboard.ts";

test("a search shows what a question finds and why, what would be cited, and when there would be no answer", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Knowledge" }).click();
  const tab = page.getByRole("link", { name: "Search" });
  await tabTo(tab);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("A question")).toBeFocused();
  await page.keyboard.type("How do I add my own documents?");
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { name: "The built-in answerer would answer" })).toBeVisible();
  await expect(page.getByText(/^The evidence of the best sentence is \d\.\d\d; it takes 0\.\d\d\.$/)).toBeVisible();
  const first = page.getByRole("article", { name: "Passage 1", exact: true });
  await expect(first.locator("p", { has: page.locator("mark") }).first()).toContainText("To add your own documents");
  await expect(first.locator(".asked-word").first()).toHaveText("add");
  await expect(first.getByText(/^add 0\.\d\d · documents 0\.\d\d$/)).toBeAttached();
  const words = page.getByRole("table", { name: "Words of the question" });
  await expect(words.getByRole("row")).toHaveText([/Word/, /^add/, /^documents/]);

  // A link to it shows the same.
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${encodeURIComponent("Who was the king of Mongolia?")}`);
  await expect(
    page.getByRole("heading", { name: "The built-in answerer would say that it doesn't know" }),
  ).toBeVisible();
  await expect(page.getByText("Would be cited")).toHaveCount(0);
});

test("a question that goes on from another is searched as what it means", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search`);
  await page.getByRole("button", { name: "It goes on from another question" }).click();
  await expect(page.getByLabel("The question before it")).toBeFocused();
  await page.keyboard.type("How do I add my own documents?");
  await page.getByLabel("A question").fill("And how much is it?");
  await page.keyboard.press("Enter");
  await expect(page.getByText("How do I add my own documents? · And how much is it?")).toBeVisible();
});

test("what was found is opened at its chunk, with its boundaries, headings and size, by keyboard as well", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  const asked = encodeURIComponent("What are limits of the widget's protocol?");
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${asked}`);
  const found = page.getByRole("article", { name: "Passage 1", exact: true });
  const words = (await found.locator(".prose").first().textContent()) ?? "";
  await found.getByRole("link", { name: "Open passage 1 in its document" }).click();
  await expect(page.getByRole("heading", { name: /^Chunks of version \d/ })).toBeVisible();
  const chosen = page.locator("article[aria-current]");
  await expect(chosen).toBeInViewport();
  await expect(chosen).toContainText(/characters [\d,]+–[\d,]+ · about \d+ tokens/);
  const [firstWord = ""] = words.match(/\w{4,}/) ?? [];
  await expect(chosen).toContainText(firstWord);

  const next = page.getByRole("article").nth(1).getByRole("link");
  await next.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("article[aria-current]")).toHaveCount(1);
  await expect(next).toBeFocused();
  await page.getByRole("link", { name: "Text", exact: true }).click();
  await expect(page.getByRole("heading", { name: /^Text of version \d/ })).toBeVisible();
});
