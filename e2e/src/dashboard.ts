import type { Page } from "@playwright/test";
import { askApi } from "./accounts.ts";
import type { Place } from "./fixtures.ts";

/** A member in the inbox, signed in with the demo account; by the api, since signing in by the form is not what is tested. */
export async function openDashboard(page: Page, place: Place) {
  const account = { email: "demo@example.com", password: place.password };
  await askApi(page.context(), place, "/api/auth/sign-in/email", account);
  await page.goto(place.dashboardUrl);
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
