import { expect, type Locator, type Page } from "@playwright/test";

/** A visitor on the demo shop's page, with the chat open. */
export async function openShop(page: Page, url: string) {
  await page.goto(url);
  await page.getByRole("button", { name: "Open chat" }).click();
  const chat = page.getByRole("dialog");
  const box = chat.getByRole("textbox", { name: "Your message" });
  await box.waitFor();
  return {
    page,
    chat,
    box,
    messages: chat.getByRole("log"),
    /** Answers of the assistant, complete or in the making. */
    answers: chat.locator(".answer"),
    async say(text: string): Promise<void> {
      await box.fill(text);
      await box.press("Enter");
    },
    /** The id of the visitor's conversation, as this browser keeps it once a message was sent. */
    async conversationId(): Promise<string> {
      const stored = "Object.entries(localStorage).find(([key]) => key.startsWith('parley:pk_'))?.[1]";
      await expect.poll(() => page.evaluate(stored)).toBeTruthy();
      return JSON.parse(await page.evaluate<string>(stored)).conversationId;
    },
    handOff: (): Locator => chat.getByRole("button", { name: "Talk to a person" }).last(),
  };
}
