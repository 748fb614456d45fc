import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectAccessible, looks } from "../src/accessible.ts";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

const returns = "## Returned clocks\n\nA cuckoo clock can be returned within nineteen days of its delivery.";
const winding = "## Winding\n\nWind the cuckoo clock every morning with the brass key.";

test("pinned answers are asked again by themselves: the one that lost its paragraph turns red, the other stays green", async ({
  page,
  context,
  builtIn,
}, info) => {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-e2e-"));
  const ingest = async (...parts: string[]) => {
    await writeFile(path.join(folder, "clocks.md"), `# Clocks\n\n${parts.join("\n\n")}\n`);
    const command = builtIn.installation.parley("ingest", "--tenant", "demo", folder);
    expect(await command.exited, command.output()).toBe(0);
  };
  await ingest(returns, winding);
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  const questions = ["Within how many days can a cuckoo clock be returned?", "With what do I wind the cuckoo clock?"];
  for (const [index, question] of questions.entries()) {
    await shop.say(question);
    await expect(shop.answers.nth(index)).toHaveAttribute("aria-busy", "false");
  }

  const dashboard = await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/tests`);
  await expect(page.getByText("No tests yet")).toBeVisible();
  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
  }
  await page.setViewportSize(looks[0].viewport);
  await page.emulateMedia({ colorScheme: "light" });

  await page.goto(`${builtIn.dashboardUrl}/inbox`);
  await dashboard.open(await shop.conversationId());
  for (const index of questions.keys()) {
    await page.getByRole("button", { name: "Pin as a test" }).first().click();
    await expect(page.getByRole("link", { name: "Pinned as a test" })).toHaveCount(index + 1);
  }
  await page.getByRole("link", { name: "Tests" }).click();
  const list = page.getByRole("list", { name: "Tests" });
  await expect(list.getByText("Not asked yet").first()).toBeVisible();
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(list.getByText("Passes")).toHaveCount(2);

  await ingest(returns);
  const row = (question: string | undefined) => list.getByRole("listitem").filter({ hasText: question ?? "" });
  await expect(row(questions[1]).getByText("Fails")).toBeVisible({ timeout: 20_000 });
  await expect(row(questions[0]).getByText("Passes")).toBeVisible();
  const panel = page.getByRole("region", { name: "Newest run" });
  await expect(panel).toContainText("1 of 2 fail");
  await expect(panel).toContainText("“Clocks” is in version 2");
  for (const { name, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
    await info.attach(`tests, ${name}`, { body: await page.screenshot(), contentType: "image/png" });
  }

  await page.getByRole("link", { name: questions[1] ?? "" }).click();
  const expected = page.getByRole("region", { name: "Expected" });
  await expect(expected.getByText("Not cited any more")).toBeVisible();
  await expect(expected.getByText("brass key").first()).toBeVisible();
  for (const { name, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
    await info.attach(`a test, ${name}`, { body: await page.screenshot({ fullPage: true }), contentType: "image/png" });
  }
  const words = page.getByLabel("Words that the answer has to hold");
  await words.fill("a, b, c, d, e, f, g, h, i, j, k");
  await expect(page.getByText("10 at most: these are 11.")).toBeVisible();
  await words.fill("nineteen,days");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved: they hold from the next run on")).toBeVisible();
  await expect(words).toHaveValue("nineteen, days");
  await expect(words).toBeFocused();
  await words.fill("");
  await expect(page.getByText("Saved: they hold from the next run on")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved: they hold from the next run on")).toBeVisible();
  await page.getByRole("button", { name: "This answer is right" }).click();
  await expect(page.getByText("Passes").first()).toBeVisible();
  await page.getByRole("button", { name: "Remove the test" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(row(questions[0])).toBeVisible();
  await expect(row(questions[1])).toHaveCount(0);
  await row(questions[0]).getByRole("link").click();
  await page.getByRole("button", { name: "Remove the test" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("No tests yet")).toBeVisible();
  await rm(folder, { recursive: true });
});

const mending = "## Mending\n\nThe broken barometer is mended by Mister Quicksilver.";
const reading = "## Reading\n\nThe barometer is read at seven in the morning.";

test("what a change does to the answers is shown before it is published; visitors are answered as before until then", async ({
  page,
  context,
  builtIn,
}, info) => {
  const folder = await mkdtemp(path.join(tmpdir(), "parley-e2e-"));
  const ingest = async (...parts: string[]) => {
    await writeFile(path.join(folder, "barometers.md"), `# Barometers\n\n${parts.join("\n\n")}\n`);
    const command = builtIn.installation.parley("ingest", "--tenant", "demo", folder);
    expect(await command.exited, command.output()).toBe(0);
  };
  await ingest(mending, reading);
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  const questions = ["By whom is the broken barometer mended?", "When is the barometer read in the morning?"];
  const ask = async (question: string, index: number) => {
    await shop.say(question);
    await expect(shop.answers.nth(index)).toHaveAttribute("aria-busy", "false");
  };
  for (const [index, question] of questions.entries()) await ask(question, index);

  const dashboard = await openDashboard(page, builtIn);
  await dashboard.open(await shop.conversationId());
  for (const index of questions.keys()) {
    await page.getByRole("button", { name: "Pin as a test" }).first().click();
    await expect(page.getByRole("link", { name: "Pinned as a test" })).toHaveCount(index + 1);
  }
  await page.getByRole("link", { name: "Tests", exact: true }).click();
  await page.getByRole("link", { name: "Check changes before visitors are answered from them" }).click();
  await expect(page.getByText("No change waits")).toBeVisible();
  const choice = (name: string) => page.getByRole("radio", { name });
  await choice("When somebody publishes them").click();
  await expect(choice("When somebody publishes them")).toBeChecked();
  for (const { name, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
    await info.attach(`no changes, ${name}`, { body: await page.screenshot(), contentType: "image/png" });
  }
  await page.setViewportSize(looks[0].viewport);
  await page.emulateMedia({ colorScheme: "light" });

  await ingest(reading);
  const check = page.getByRole("region", { name: "Check" });
  await expect(check).toContainText("1 of 2 tests fail with these changes", { timeout: 20_000 });
  await expect(page.getByRole("list", { name: "Changes that wait" })).toContainText("Barometers, version 2");
  const answers = page.getByRole("list", { name: "Answers that change" });
  const red = answers.getByRole("listitem").filter({ hasText: "Turns red" });
  await expect(red).toHaveCount(1);
  await expect(red).toContainText(questions[0] ?? "");
  await expect(red.getByRole("region", { name: "Now" })).toContainText("Mister Quicksilver");
  await expect(red.getByRole("region", { name: "With these changes" })).not.toContainText("Mister Quicksilver");
  await expect(answers.getByText(questions[1] ?? "")).toHaveCount(0);
  for (const { name, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
    await info.attach(`changes, ${name}`, {
      body: await page.screenshot({ fullPage: true }),
      contentType: "image/png",
    });
  }
  await page.setViewportSize(looks[0].viewport);
  await page.emulateMedia({ colorScheme: "light" });

  await ask(questions[0] ?? "", 2);
  await expect(shop.answers.nth(2)).toContainText("Mister Quicksilver");
  // Whoever wants to see more of it asks as if it were published.
  await page.goto(`${builtIn.dashboardUrl}/assistant/playground`);
  await page.getByLabel("Question", { exact: true }).fill(questions[0] ?? "");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("region", { name: "Answered", exact: true })).toContainText("Mister Quicksilver");
  await page.getByRole("checkbox", { name: "As it would be once the change that waits is published" }).check();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const once = page.getByRole("region", { name: /, as it would be once the changes are published$/ });
  await expect(once).toBeVisible();
  await expect(once).not.toContainText("Mister Quicksilver");
  await expectAccessible(page);
  await page.goto(`${builtIn.dashboardUrl}/tests/changes`);
  await page.getByRole("button", { name: "Publish anyway" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Publish anyway" }).click();
  await expect(page.getByText("No change waits")).toBeVisible();
  await ask(questions[0] ?? "", 3);
  await expect(shop.answers.nth(3)).not.toContainText("Mister Quicksilver");

  // That the document goes waits as well, and can be taken back.
  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByRole("link", { name: "Barometers", exact: true }).first().click();
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("It waits under Tests, Changes");
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("list", { name: "Changes that wait" })).toContainText("Barometers goes");
  await page.getByRole("link", { name: "Barometers", exact: true }).click();
  await expect(page.getByRole("note").filter({ hasText: "It is to be removed" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Keep Barometers", exact: true }).press("Enter");
  await expect(page.getByText("It is to be removed")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Barometers", level: 1 })).toBeFocused();
  await page.goto(`${builtIn.dashboardUrl}/tests/changes`);
  await expect(page.getByText("No change waits")).toBeVisible();

  // So does what the assistant is told.
  await page.goto(`${builtIn.dashboardUrl}/assistant`);
  const guidance = page.getByRole("textbox", { name: "Guidance" });
  await guidance.fill("Say thank you.");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("What you see here waits to be published")).toBeVisible();
  await expect(guidance).toHaveValue("Say thank you.");
  await page.getByRole("link", { name: "Look at the changes" }).click();
  await expect(page.getByRole("list", { name: "Changes that wait" })).toContainText(
    "The assistant's settings: guidance",
  );
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Discard" }).click();
  await expect(page.getByText("No change waits")).toBeVisible();

  await choice("At once").click();
  await expect(choice("At once")).toBeChecked();
  for (const question of questions) {
    await page.goto(`${builtIn.dashboardUrl}/tests`);
    await page.getByRole("link", { name: question }).click();
    await page.getByRole("button", { name: "Remove the test" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Tests", exact: true })).toBeVisible();
  }
  await rm(folder, { recursive: true });
});
