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
