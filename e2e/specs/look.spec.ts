import type { TestInfo } from "@playwright/test";
import { expectAccessible, looks } from "../src/accessible.ts";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

/** Pages for who is not signed in, and what is there when they have loaded. */
const entrances = [
  ["sign-up", "Create your workspace"],
  ["verify-email#none", "Confirm your address"],
  ["change-email#none", "Confirm your new address"],
  ["forgot-password", "Forgot your password?"],
  ["reset-password#none", "Choose a new password"],
  ["unlock#none", "Unlock your account"],
  ["invitation", "This invitation does not work"],
] as const;

/** Each page, and what is there when it has loaded. */
const settings = [
  ["profile", "You sign in with"],
  ["security", "This device"],
  ["workspace", "Leave the workspace"],
  ["members", "One member"],
  ["api-keys", "No keys"],
  ["audit-log", /^Entry \d/],
] as const;

/** Pages of all else, and what is there when they have loaded. */
const others = [
  ["assistant", "Hosts that answers may link to"],
  ["assistant/tools", "Add a tool"],
  ["assistant/models", "Who is asked first"],
  ["assistant/playground", "What was asked before it"],
  ["tests", /^(No tests yet|Add a test)$/],
  ["tests/changes", "When somebody publishes them"],
  ["gaps", /^(No gaps here$|Asked )/],
  ["costs", "Nothing was spent in this time"],
  ["knowledge/embedder", "Every passage is read anew by it"],
] as const;

const knowledge = [
  ["knowledge", "README"],
  ["knowledge/search?q=How%20do%20I%20add%20my%20own%20documents%3F", "that an answer is written from"],
] as const;

for (const { name, viewport, colorScheme } of looks) {
  test.describe(name, () => {
    // Without motion: what is looked at stands still.
    test.use({ viewport, colorScheme, contextOptions: { reducedMotion: "reduce" } });

    test("shop, chat and passage fit the screen and break no rule of accessibility", async ({
      page,
      builtIn,
    }, info) => {
      const shop = await openShop(page, builtIn.shopUrl);
      await shop.say("How do I add my own documents?");
      await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
      await shot(page, info);
      await expectAccessible(page);
      await shop.answers.first().getByRole("listitem").first().getByRole("button").click();
      await shop.chat.locator("mark").first().waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await shop.say("What is the phone number of the office in Ulaanbaatar?");
      await shop.handOff().waitFor();
      await page.getByRole("button", { name: "More" }).click();
      await shot(page, info);
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await page.context().setOffline(true);
      await shop.say("Written offline");
      await shop.chat.getByText("You are offline").waitFor();
      await shot(page, info);
      await expectAccessible(page);
    });

    test("every page of the dashboard fits the screen and breaks no rule of accessibility", async ({
      page,
      context,
      builtIn,
    }, info) => {
      const shop = await openShop(await context.newPage(), builtIn.shopUrl);
      await shop.say("How do I add my own documents?");
      await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");

      await page.goto(builtIn.dashboardUrl);
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      await shot(page, info);
      await expectAccessible(page);
      const dashboard = await openDashboard(page, builtIn);
      const row = page.locator("[data-conversation]").first();
      await row.waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await row.click();
      await page
        .getByRole("button", { name: /^Citation 1/ })
        .first()
        .click();
      await page.locator("mark").first().waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Close the citation" }).click();
      await page.getByRole("button", { name: "Receipt" }).first().click();
      await page.getByText("passages were found").waitFor();
      await expectAccessible(page);
      await dashboard.takeOver().click();
      await page.getByRole("textbox", { name: /^Reply to/ }).waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.goto(`${builtIn.dashboardUrl}/knowledge`);
      await page.getByText("README").first().waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.getByRole("link", { name: "Search" }).click();
      await page.getByText("Nothing was asked yet").waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.getByLabel("A question").fill("How do I add my own documents?");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "The built-in answerer would answer" }).waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.getByRole("link", { name: "Sources" }).click();
      await page.getByRole("link", { name: "Glossary" }).click();
      await page.getByRole("heading", { name: "Text of version 1" }).waitFor();
      await page.getByRole("heading", { name: "Glossary", level: 3 }).waitFor();
      await shot(page, info);
      await expectAccessible(page);
      await page.getByRole("link", { name: "Chunks", exact: true }).click();
      await page.getByRole("article", { name: "Chunk 1", exact: true }).waitFor();
      await shot(page, info);
      await expectAccessible(page);
    });

    test("every page on the way in fits the screen and breaks no rule of accessibility", async ({
      page,
      builtIn,
    }, info) => {
      for (const [path, heading] of entrances) {
        await page.goto(`${builtIn.dashboardUrl}/${path}`);
        await page.getByRole("heading", { name: heading }).waitFor();
        await shot(page, info);
        await expectAccessible(page);
      }
    });

    test("every page of the settings fits the screen and breaks no rule of accessibility", async ({
      page,
      builtIn,
    }, info) => {
      await openDashboard(page, builtIn);
      for (const [path, seen] of settings) {
        await page.goto(`${builtIn.dashboardUrl}/settings/${path}`);
        await page.getByRole("main").getByText(seen).first().waitFor();
        await shot(page, info);
        await expectAccessible(page);
      }
      await page.goto(`${builtIn.dashboardUrl}/settings/security`);
      await page.getByRole("button", { name: "Set up the second factor" }).click();
      await page.getByRole("img", { name: /^QR code/ }).waitFor();
      await shot(page, info);
      await expectAccessible(page);
    });
  });
}

test("from right to left every page of the dashboard fits the screen, wide and narrow", async ({ page, builtIn }) => {
  await page.addInitScript({
    content: 'document.addEventListener("DOMContentLoaded", () => document.documentElement.setAttribute("dir", "rtl"))',
  });
  const expectToFit = async () => {
    for (const { viewport } of [looks[0], looks[2]]) {
      await page.setViewportSize(viewport);
      const tooWide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
      expect(tooWide, `${page.url()} at ${viewport.width}`).toBe(false);
    }
  };
  for (const [path, heading] of entrances) {
    await page.goto(`${builtIn.dashboardUrl}/${path}`);
    await page.getByRole("heading", { name: heading }).waitFor();
    await expectToFit();
  }
  await openDashboard(page, builtIn);
  for (const [path, seen] of settings) {
    await page.goto(`${builtIn.dashboardUrl}/settings/${path}`);
    await page.getByRole("main").getByText(seen).first().waitFor();
    await expectToFit();
  }
  for (const [path, seen] of [...knowledge, ...others]) {
    await page.goto(`${builtIn.dashboardUrl}/${path}`);
    await page.getByRole("main").getByText(seen).first().waitFor();
    await expectToFit();
  }
  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  await page.getByRole("list", { name: "Sources" }).getByRole("link").first().click();
  const documents = page.getByRole("table", { name: "Documents" });
  await documents.waitFor();
  await expectToFit();
  await documents.getByRole("link").first().click();
  await page.getByRole("heading", { name: /^Text of version \d/ }).waitFor();
  await expectToFit();
  await page.getByRole("link", { name: "Chunks", exact: true }).click();
  await page.getByRole("article", { name: "Chunk 1", exact: true }).waitFor();
  await expectToFit();
});

type Page = Parameters<typeof openShop>[0];

async function shot(page: Page, info: TestInfo) {
  const path = info.outputPath(`${info.attachments.length + 1}.png`);
  await page.screenshot({ path, animations: "disabled" });
  await info.attach(`${info.attachments.length + 1}`, { path, contentType: "image/png" });
}
