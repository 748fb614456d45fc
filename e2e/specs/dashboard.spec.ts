import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

test("a citation opens the version that was cited, also when another one answers; the dashboard shows both", async ({
  page,
  context,
  builtIn,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-e2e-"));
  const ingest = async (text: string) => {
    await writeFile(path.join(folder, "kettles.md"), text);
    const command = builtIn.installation.parley("ingest", "--tenant", "demo", folder);
    expect(await command.exited, command.output()).toBe(0);
  };
  await ingest("# Care of kettles\n\nDescale the enamel kettle with lemon juice once in nine weeks.\n");
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say("How do I descale the enamel kettle?");
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
  await expect(shop.answers.first()).toContainText("lemon juice");

  await ingest("# Care of kettles\n\nDescale the enamel kettle with vinegar once in nine weeks.\n");
  await shop.answers
    .first()
    .getByRole("button", { name: /^Source 1/ })
    .first()
    .click();
  await expect(shop.chat.locator("mark").first()).toContainText("lemon juice");
  await expect(shop.chat.getByText(/^Version 1, verified on/)).toBeVisible();
  await expect(shop.chat.getByText("There is a newer one.")).toBeVisible();

  const dashboard = await openDashboard(await context.newPage(), builtIn);
  await dashboard.open(await shop.conversationId());
  const conversation = dashboard.page.url();
  const openCited = () =>
    dashboard.page
      .getByRole("button", { name: /^Citation 1/ })
      .first()
      .click();
  await openCited();
  await expect(dashboard.page.locator("mark").first()).toContainText("lemon juice");
  await expect(dashboard.page.getByText("The document has a newer version.")).toBeVisible();
  await dashboard.page.getByRole("link", { name: "Whole document" }).click();
  await expect(dashboard.page.getByRole("heading", { name: "Text of version 1" })).toBeVisible();
  await expect(dashboard.page.getByText("lemon juice")).toBeVisible();
  const newest = dashboard.page.getByRole("link", { name: /^Version 2/ });
  await expect(newest).toContainText("In use");
  await newest.click();
  await expect(dashboard.page.getByText("with vinegar")).toBeVisible();
  await expect(dashboard.page.getByText("lemon juice")).toHaveCount(0);

  await dashboard.page.getByRole("button", { name: "Remove" }).click();
  await dashboard.page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(dashboard.page).toHaveURL(/\/knowledge\/sources\//);
  await dashboard.page.goto(conversation);
  await openCited();
  await expect(dashboard.page.getByText("The document was removed since")).toBeVisible();
  await expect(dashboard.page.locator("mark").first()).toContainText("lemon juice");
  await expect(dashboard.page.getByRole("link", { name: "Whole document" })).toHaveCount(0);
  await shop.chat.getByRole("button", { name: "Back to the conversation" }).click();
  await shop.answers
    .first()
    .getByRole("button", { name: /^Source 1/ })
    .first()
    .click();
  await expect(shop.chat.getByText("The document was removed since.")).toBeVisible();
  await expect(shop.chat.getByText("There is a newer one.")).toHaveCount(0);
  await rm(folder, { recursive: true });
});

/** A PDF with a line on each page. */
function pdfOf(...lines: string[]): string {
  const pages = lines.flatMap((line, index) => {
    const content = `BT /F1 12 Tf 50 700 Td (${line}) Tj ET`;
    return [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ];
  });
  const kids = lines.map((_, index) => `${4 + 2 * index} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${lines.length} /Kids [${kids}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...pages,
  ].map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`);
  return `%PDF-1.7\n${objects.join("")}trailer\n<< /Root 1 0 R /Size ${objects.length + 1} >>\n%%EOF\n`;
}

test("a citation of a PDF says on which page it stands, and the document shows where each page begins", async ({
  page,
  context,
  builtIn,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-e2e-"));
  const file = pdfOf("The copper teapot holds two litres.", "Polish the copper teapot with flour and salt.");
  await writeFile(path.join(folder, "teapots.pdf"), file);
  const command = builtIn.installation.parley("ingest", "--tenant", "demo", folder);
  expect(await command.exited, command.output()).toBe(0);
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say("How do I polish the copper teapot?");
  await expect(shop.answers.first()).toContainText("flour and salt");
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");

  const dashboard = await openDashboard(await context.newPage(), builtIn);
  await dashboard.open(await shop.conversationId());
  await dashboard.page
    .getByRole("button", { name: /^Citation 1/ })
    .first()
    .click();
  await expect(dashboard.page.getByText("Page 2", { exact: true })).toBeVisible();
  await dashboard.page.getByRole("link", { name: "Whole document" }).click();
  await expect(dashboard.page.getByText("Page 1", { exact: true })).toBeVisible();
  await expect(dashboard.page.getByText("Page 2", { exact: true })).toBeVisible();
  await rm(folder, { recursive: true });
});

test("a long document is read page by page", async ({ page, builtIn }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-e2e-"));
  const part = (index: number) => `## Shelf ${index}\n\n${"Nothing but planks. ".repeat(20)}`;
  const shelves = Array.from({ length: 110 }, (_, index) => part(index + 1)).join("\n\n");
  await writeFile(path.join(folder, "shelves.md"), `# All the shelves\n\n${shelves}\n`);
  expect(await builtIn.installation.parley("ingest", "--tenant", "demo", folder).exited).toBe(0);

  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByRole("link", { name: /^All the shelves/ }).click();
  await expect(page.getByRole("heading", { name: "Shelf 1", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Shelf 110" })).toHaveCount(0);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(page.getByRole("heading", { name: "Shelf 110" })).toBeAttached();
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
  const isPageThatCame =
    "document.activeElement !== document.body && document.activeElement.contains([...document.querySelectorAll('h4')].at(-1))";
  await expect.poll(() => page.evaluate(isPageThatCame), "the focus goes to the page that came").toBe(true);
  await rm(folder, { recursive: true });
});

test("a session that has ended says so, and signing in leads back", async ({ page, context, builtIn }) => {
  await page.goto(builtIn.dashboardUrl);
  await expect(page.getByText("Your session has ended")).toHaveCount(0);
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Mine" }).click();
  await context.clearCookies();
  // Something new comes, and what is shown is fetched again.
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  await shop.say("Is somebody there?");
  await expect(page.getByText("Your session has ended")).toBeVisible();

  await page.getByLabel("E-mail").fill("demo@example.com");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("E-mail address or password is wrong");
  await page.getByLabel("Password", { exact: true }).fill(builtIn.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("link", { name: "Mine" })).toHaveAttribute("aria-current", "page");
});

test("what a member writes without a connection is sent when it is back, all of it, also when they have gone on", async ({
  page,
  browser,
  builtIn,
}) => {
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say("Is somebody there?");
  await expect(shop.answers).toHaveCount(1);
  const elsewhere = await browser.newContext();
  const dashboard = await openDashboard(await elsewhere.newPage(), builtIn);
  await dashboard.open(await shop.conversationId());
  await dashboard.takeOver().click();
  await dashboard.page.getByRole("textbox", { name: /^Reply to/ }).waitFor();
  await elsewhere.setOffline(true);
  await expect(dashboard.page.getByText("You are offline")).toBeVisible();
  for (const text of ["The first word", "The second word"]) await dashboard.reply(text);
  await expect(dashboard.page.getByText("Sending…")).toHaveCount(2);
  await dashboard.page.goBack();
  await expect(dashboard.page.getByText("Sending…")).toHaveCount(0);
  await elsewhere.setOffline(false);
  for (const text of ["The first word", "The second word"]) await expect(shop.messages.getByText(text)).toHaveCount(1);
  await elsewhere.close();
});

test("a receipt stays in sight when it is unfolded, and the conversation at its end when more comes", async ({
  page,
  context,
  builtIn,
}) => {
  const shop = await openShop(page, builtIn.shopUrl);
  for (const index of [1, 2, 3, 4]) {
    await shop.say(`How do I add my own documents? (${index})`);
    await expect(shop.answers).toHaveCount(index);
    await expect(shop.answers.last()).toHaveAttribute("aria-busy", "false");
  }
  const { page: inbox, ...dashboard } = await openDashboard(await context.newPage(), builtIn);
  await dashboard.open(await shop.conversationId());
  const receipt = inbox.getByRole("button", { name: "Receipt" }).last();
  await receipt.click();
  await expect(inbox.getByText("passages were found")).toBeAttached();
  await expect(receipt).toBeInViewport();
  await expect(receipt).toHaveAttribute("aria-expanded", "true");

  await dashboard.takeOver().click();
  await dashboard.reply("I am here.");
  for (const text of ["One", "Two\nlines", "Three"]) await shop.say(text);
  await expect(inbox.getByRole("log").getByText("Three", { exact: true })).toBeInViewport();
});
