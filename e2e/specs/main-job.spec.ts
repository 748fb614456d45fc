import type { Locator } from "@playwright/test";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";

const question = "How do I add my own documents?";

test("a visitor asks, reads an answer with citations, and opens the very passage", async ({ page, builtIn }) => {
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say(question);
  const answer = shop.answers.first();
  await expect(answer).toHaveAttribute("aria-busy", "false");
  await expect(answer).toContainText("ingest");

  const source = answer.getByRole("listitem").first();
  await source.getByRole("button").click();
  const passage = shop.chat.getByRole("region", { name: "Cited passage" });
  await expect(passage.locator("mark").first()).toBeInViewport();
  expect((await passage.locator("mark").allTextContents()).join("").trim().length).toBeGreaterThan(10);
  await shop.chat.getByText(/^Version 1, verified on/).waitFor();
  await page.keyboard.press("Escape");
  await expect(answer).toBeVisible();
});

test("a visitor says that an answer did not help, and takes it back, by keys alone; a member sees it at once", async ({
  page,
  context,
  builtIn,
}) => {
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say(question);
  const helpful = shop.chat.getByRole("button", { name: "Helpful", exact: true });
  const notHelpful = shop.chat.getByRole("button", { name: "Not helpful" });
  const dashboard = await openDashboard(await context.newPage(), builtIn);
  await dashboard.open(await shop.conversationId());
  const { page: inbox } = dashboard;
  await expect(inbox.getByRole("button", { name: "Receipt" })).toBeVisible();

  await helpful.focus();
  await page.keyboard.press("Tab");
  await expect(notHelpful).toBeFocused();
  await page.keyboard.press("Space");
  await expect(notHelpful).toHaveAttribute("aria-pressed", "true");
  await expect(inbox.getByText("Did not help")).toBeVisible();

  await page.reload();
  await page.getByRole("button", { name: /^Open chat/ }).click();
  await expect(notHelpful).toHaveAttribute("aria-pressed", "true");
  await notHelpful.press("Enter");
  await expect(notHelpful).toHaveAttribute("aria-pressed", "false");
  await expect(inbox.getByText("Did not help")).toHaveCount(0);
});

test("asked for what the knowledge doesn't hold, the assistant says so and brings a person", async ({
  page,
  context,
  builtIn,
}) => {
  const shop = await openShop(page, builtIn.shopUrl);
  const unknown = "What is the phone number of the office in Ulaanbaatar?";
  await shop.say(unknown);
  await expect(shop.handOff()).toBeVisible();
  await expect(shop.answers.first().getByRole("listitem")).toHaveCount(0);
  await shop.handOff().click();
  await expect(shop.messages.getByText("A person will answer here")).toBeVisible();

  const dashboard = await openDashboard(await context.newPage(), builtIn);
  await dashboard.view("Waiting");
  await dashboard.open(await shop.conversationId());
  await expect(dashboard.page.getByText(unknown).first()).toBeVisible();
});

test("a member sees the conversation arrive live, takes over, answers, and hands it back", async ({
  page,
  context,
  builtIn,
}) => {
  const dashboard = await openDashboard(await context.newPage(), builtIn);
  const shop = await openShop(page, builtIn.shopUrl);
  const marked = `What does Parley do? (${Date.now()})`;
  await shop.say(marked);
  await expect(shop.answers).toHaveCount(1);
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");

  await dashboard.open(await shop.conversationId());
  await expect(dashboard.page.getByText(marked).first()).toBeVisible();
  await dashboard.takeOver().click();
  await expect(shop.messages.getByText("Demo member joined")).toBeVisible();

  await shop.say("Is this a person?");
  await expect(dashboard.page.getByText("Is this a person?").first()).toBeVisible();
  await dashboard.reply("Yes, it is.");
  await expect(shop.messages.getByText("Yes, it is.")).toBeVisible();
  await expect(shop.answers).toHaveCount(1);

  await dashboard.returnToAssistant().click();
  await expect(shop.messages.getByText("Back with the assistant")).toBeVisible();
  await shop.say(question);
  await expect(shop.answers).toHaveCount(2);
  await expect(shop.answers.last()).toHaveAttribute("aria-busy", "false");
});

test("taken over in mid-sentence, not one more word of the assistant appears, also after a reload", async ({
  page,
  context,
  withModel,
  provider,
}) => {
  const dashboard = await openDashboard(await context.newPage(), withModel);
  const shop = await openShop(page, withModel.shopUrl);
  const words = Array.from({ length: 300 }, (_, i) => `word${i}`).join(" ");
  provider.enqueue({ text: `It begins with a source [1]. ${words}.`, tokensPerSecond: 20 });
  await shop.say(question);
  await expect(shop.answers.first()).toContainText("word3");
  await dashboard.open(await shop.conversationId());
  const seen = await recordWords(shop.messages);
  await dashboard.takeOver().click();
  await expect(shop.messages.getByText("Demo member joined")).toBeVisible();

  await expect(shop.answers).toHaveCount(0);
  await expect.poll(() => provider.requests.at(-1)?.aborted, "the model is stopped").toBe(true);
  await dashboard.reply("I will take it from here.");
  await expect(shop.messages.getByText("I will take it from here.")).toBeVisible();
  await expect(shop.messages.getByText("word3")).toHaveCount(0);
  await expect(dashboard.page.getByText("word3")).toHaveCount(0);
  const states = await seen();
  const joined = states.findIndex(({ joined }) => joined);
  expect(joined).toBeGreaterThan(0);
  expect(states.slice(joined).filter(({ words }) => words > 0)).toEqual([]);
  await page.reload();
  await page.getByRole("button", { name: /chat/i }).first().click();
  await expect(shop.messages.getByText("I will take it from here.")).toBeVisible();
  await expect(shop.messages.getByText("word3")).toHaveCount(0);
});

test("with a model, the same question is answered from the same passages, with a receipt", async ({
  page,
  context,
  withModel,
}) => {
  const shop = await openShop(page, withModel.shopUrl);
  await shop.say(question);
  const answer = shop.answers.first();
  await expect(answer).toHaveAttribute("aria-busy", "false");
  await answer.getByRole("listitem").first().getByRole("button").click();
  await expect(shop.chat.locator("mark").first()).toBeInViewport();

  const dashboard = await openDashboard(await context.newPage(), withModel);
  await dashboard.open(await shop.conversationId());
  await dashboard.page
    .getByRole("button", { name: /receipt/i })
    .first()
    .click();
  await expect(dashboard.page.getByText("test-model").first()).toBeVisible();
});

for (const [fault, behaviour, seen] of [
  ["fails", { status: 500 }, "Talk to a person"],
  ["refuses the key", { status: 401 }, "Talk to a person"],
  ["cites what it was not given", { text: "Certainly, that is so [99]." }, "Talk to a person"],
  [
    "is cut off in mid-answer",
    { text: "It begins well [1]. And then it", afterTokens: 6, fault: "cut" },
    "Talk to a person",
  ],
] as const) {
  test(`a provider that ${fault} leads to words that say so, never to silence or an invented source`, async ({
    page,
    withModel,
    provider,
  }) => {
    const shop = await openShop(page, withModel.shopUrl);
    provider.enqueue(...Array.from({ length: 4 }, () => behaviour));
    // Nothing in the documents answers it, so the built-in answerer can't stand in.
    await shop.say("Who won the football world cup in 1974?");
    await expect(shop.chat.getByRole("button", { name: seen }).last()).toBeVisible({ timeout: 30_000 });
    await expect(shop.messages.getByText("[99]")).toHaveCount(0);
    await expect(shop.messages.getByText("Certainly")).toHaveCount(0);
    provider.forget();
  });
}

test("a provider that fails is not noticed where the built-in answerer knows the answer", async ({
  page,
  withModel,
  provider,
}) => {
  const shop = await openShop(page, withModel.shopUrl);
  provider.enqueue(...Array.from({ length: 4 }, () => ({ status: 500 })));
  await shop.say(question);
  await expect(shop.answers.first().getByRole("listitem").first()).toContainText("Add your own documents");
  provider.forget();
});

test("a message of HTML, emoji or right-to-left text is shown as it was written", async ({
  page,
  context,
  builtIn,
}) => {
  const dashboard = await openDashboard(await context.newPage(), builtIn);
  const shop = await openShop(page, builtIn.shopUrl);
  const texts = [`<img src=x onerror="alert(1)">`, "👩‍👩‍👧‍👦 🎉", "מה שלום ההזמנה שלי?"];
  for (const text of texts) {
    await shop.say(text);
    await expect(shop.messages.getByText(text).first()).toBeVisible();
  }
  await dashboard.open(await shop.conversationId());
  for (const text of texts) await expect(dashboard.page.getByText(text).first()).toBeVisible();
});

test("without a connection what was written waits, and is sent once when it is back", async ({
  page,
  context,
  builtIn,
}) => {
  const shop = await openShop(page, builtIn.shopUrl);
  await shop.say("The first message");
  await expect(shop.answers).toHaveCount(1);
  await context.setOffline(true);
  await shop.say("Written while offline");
  await expect(shop.chat.getByText(/offline/i).first()).toBeVisible();
  await context.setOffline(false);
  await expect(shop.answers).toHaveCount(2, { timeout: 30_000 });
  await page.reload();
  await page.getByRole("button", { name: /chat/i }).first().click();
  await expect(shop.messages.getByText("Written while offline")).toHaveCount(1);
});

/** How many of the assistant's words are there, and whether a member is, after each change of what the visitor sees. */
async function recordWords(messages: Locator) {
  const states = await messages.evaluateHandle((log) => {
    const all = [{ words: 1, joined: false }];
    new log.ownerDocument.defaultView.MutationObserver(() => {
      const text = log.textContent ?? "";
      all.push({ words: text.match(/word\d/g)?.length ?? 0, joined: text.includes("joined") });
    }).observe(log, { subtree: true, childList: true, characterData: true });
    return all;
  });
  return () => states.jsonValue();
}
