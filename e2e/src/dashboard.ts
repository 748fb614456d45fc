import type { Page } from "@playwright/test";
import type { Place } from "./fixtures.ts";

/** A member in the inbox, signed in with the demo account. */
export async function openDashboard(page: Page, { dashboardUrl, password }: Place) {
  await page.goto(dashboardUrl);
  await page.getByLabel("E-mail").fill("demo@example.com");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
  return {
    page,
    takeOver: () => page.getByRole("button", { name: "Take over" }).first(),
    returnToAssistant: () => page.getByRole("button", { name: "Return to assistant" }),
    /** Opens the conversation once it has arrived in the list. */
    async open(conversationId: string): Promise<void> {
      await page.locator(`[data-conversation="${conversationId}"]`).click();
    },
    async view(name: string): Promise<void> {
      await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name }).click();
    },
    async reply(text: string): Promise<void> {
      const box = page.getByRole("textbox", { name: /^Reply to/ });
      await box.fill(text);
      await box.press("Control+Enter");
    },
  };
}
