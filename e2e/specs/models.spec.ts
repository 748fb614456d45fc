import { expectAccessibleInAllLooks, looks } from "../src/accessible.ts";
import { signUp } from "../src/accounts.ts";
import { expect, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

// Which models a workspace has, and what it is like to ask them.

// Pages in four looks take their time.
test.describe.configure({ timeout: 300_000 });

test("a provider is added, tried and given models and prices; the playground tells who answered and what it cost", async ({
  page,
  provider,
  withModel,
}) => {
  await signUp(page, withModel, newPerson("Ada King"), "Notes");
  await page.goto(`${withModel.dashboardUrl}/assistant/models`);
  await expect(page.getByText("As long as there is no model here, test-model of this installation")).toBeVisible();

  await page.getByRole("button", { name: "Add a provider" }).click();
  const adding = page.getByRole("form", { name: "A new provider" });
  await adding.getByLabel("Kind").selectOption("openai-compatible");
  await adding.getByLabel("Name").fill("Our server");
  await adding.getByLabel("Address").fill(provider.url);
  await adding.getByLabel("API key").fill("sk-secret-of-ada-1234");
  await expectAccessibleInAllLooks(page);
  await adding.getByRole("button", { name: "Add the provider" }).click();
  const row = page.getByRole("list", { name: "Providers" }).getByRole("listitem").first();
  await expect(row).toContainText("…1234");
  // Neither as text nor as what a field holds.
  expect(await page.content()).not.toContain("sk-secret");
  for (const field of await page.locator("input, textarea").all()) {
    expect(await field.inputValue()).not.toContain("sk-secret");
  }

  provider.enqueue({ status: 401 });
  await row.getByRole("button", { name: "Test Our server" }).click();
  await row.getByLabel("Model").fill("small-1");
  await row.getByRole("button", { name: "Ask it" }).click();
  await expect(row).toContainText("It does not work: the provider refused the API key (401).");
  await row.getByRole("button", { name: "Ask it" }).click();
  await expect(row).toContainText("It works");
  await row.getByRole("button", { name: "Test Our server" }).click();

  // A server that needs no key any more is not sent one.
  await row.getByRole("button", { name: "Change Our server" }).click();
  const changing = page.getByRole("form", { name: "Change Our server" });
  // A password manager may have filled in another one.
  await changing.getByLabel("API key").fill("sk-of-something-else");
  await changing.getByRole("checkbox", { name: /Take the key away/ }).check();
  await expect(changing.getByLabel("API key")).toHaveValue("");
  await expect(changing.getByLabel("API key")).toBeDisabled();
  await changing.getByRole("button", { name: "Save" }).click();
  await expect(row).not.toContainText("…1234");

  for (const [name, tier] of [
    ["small-1", "1"],
    ["small-2", "1"],
    ["large-1", "2"],
  ] as const) {
    await page.getByRole("button", { name: "Add a model" }).click();
    const form = page.getByRole("form", { name: "A new model" });
    await form.getByLabel("Model", { exact: true }).fill(name);
    await form.getByLabel("Tier").selectOption(tier);
    await form.getByRole("button", { name: "Add the model" }).click();
    await expect(form).toHaveCount(0);
  }
  const first = page.getByRole("list", { name: "Tier 1" }).getByRole("listitem");
  await expect(first).toHaveText([/small-1.*Price unknown/s, /small-2.*Price unknown/s]);
  await page.getByRole("button", { name: "Move small-2 up" }).click();
  await expect(first).toHaveText([/small-2/, /small-1/]);

  await page.getByRole("button", { name: "Price of large-1" }).click();
  const price = page.getByRole("form", { name: "The price of large-1" });
  await price.getByLabel("Input", { exact: true }).fill("1.5");
  await price.getByLabel("Output").fill("6");
  await price.getByLabel("Audio").fill("20");
  await price.getByLabel("Pictures").fill("2.5");
  await price.getByRole("button", { name: "Save the price" }).click();
  const large = page.getByRole("list", { name: "Tier 2" }).getByRole("listitem");
  await expect(large).toContainText("$1.5 in, $6 out, $20 audio, $2.5 pictures per million tokens");
  await page.getByRole("button", { name: "Price of large-1" }).click();
  await expect(price.getByRole("list", { name: "Own prices of large-1" })).toContainText("$20 audio, $2.5 pictures");
  await expect(price.getByLabel("Audio")).toHaveValue("20");
  await price.getByRole("button", { name: "Close" }).click();
  await page.getByRole("radio", { name: /^Best/ }).check();
  await expectAccessibleInAllLooks(page);

  const tabs = page.getByRole("navigation", { name: "Assistant" });
  await tabs.getByRole("link", { name: "Guidance" }).click();
  await page.getByRole("textbox", { name: "Guidance" }).fill("Name the warranty where it matters.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").getByText("Saved")).toBeVisible();

  await tabs.getByRole("link", { name: "Playground" }).click();
  await page.getByLabel("Question").fill("How do I add documents?");
  await page.getByRole("button", { name: "Ask" }).click();
  // The workspace has no documents yet: no model is paid for that.
  await expect(page.getByRole("heading", { name: "Not answered" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Receipt" })).toContainText("no passage was found");
  await expectAccessibleInAllLooks(page);

  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByRole("button", { name: /^Answers/ }).click();
  await page.getByLabel("What it is called").fill("What people ask");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Write an answer" }).click();
  await page.getByLabel("Question").fill("How do I add documents?");
  await page.getByLabel("Answer", { exact: true }).fill("Drop the documents into the folder. They are read at once.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("table", { name: "Documents" }).getByText("Ready")).toBeVisible();

  // Whoever does not want to wait for a model that says nothing more, cancels; the model is not kept busy.
  await page.goto(`${withModel.dashboardUrl}/assistant/playground`);
  await page.getByLabel("Question").fill("How do I add documents?");
  const asked = provider.requests.length;
  provider.enqueue({ text: "Drop the documents into the folder [1]. And then", fault: "stall" });
  await page.getByRole("button", { name: "Ask" }).click();
  await expect.poll(() => provider.requests.length).toBe(asked + 1);
  // What it has said is read while it goes on.
  const written = page.getByRole("region", { name: "Answer" });
  await expect(written).toContainText("Being written…");
  await expect(written).toContainText("Drop the documents into the folder [1].");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Cancelled. What the model had said until then is paid for.")).toBeVisible();
  await expect.poll(() => provider.requests.at(-1)?.aborted).toBe(true);
  // So does whoever turns to another page meanwhile.
  provider.enqueue({ text: "Drop the documents into the folder [1]. And then", fault: "stall" });
  await page.getByRole("button", { name: "Ask" }).click();
  await expect.poll(() => provider.requests.length).toBe(asked + 2);
  await tabs.getByRole("link", { name: "Models" }).click();
  await expect.poll(() => provider.requests.at(-1)?.aborted).toBe(true);
  await page.goBack();

  // What was said before the server was gone was paid for, and is there to be read.
  await page.getByLabel("Question").fill("How do I add documents?");
  await page.route("**/api/playground/ask", (route) =>
    route.fulfill({
      headers: { "access-control-allow-origin": withModel.dashboardUrl, "access-control-allow-credentials": "true" },
      body: `${JSON.stringify({ words: "Drop the documents" })}\n`,
    }),
  );
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(written).toContainText("Broke off");
  await expect(written).toContainText("Drop the documents");
  await page.unroute("**/api/playground/ask");
  // Without a network it is told at once, and not asked later, when nobody waits for it any more.
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(page.getByRole("button", { name: "Ask" })).toBeEnabled();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(written).toHaveCount(0);
  await page.context().setOffline(false);

  provider.enqueue(
    { status: 500 },
    {
      text: "Drop the documents into the folder [1].\n\n```\ncp one-document.md another-document.md a-third-one.md folder\n```",
    },
  );
  await page.getByLabel("Question").fill("How do I add documents?");
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(page.getByRole("heading", { name: "Answered" })).toBeVisible();
  await expect(page.getByText("Drop the documents into the folder [1].")).toBeVisible();
  const citations = page.getByRole("list", { name: "Citations" });
  await expect(citations).toContainText("They are read at once.");
  // A citation opens its passage, beside the answer, which nobody keeps.
  const opened = page.context().waitForEvent("page");
  await citations.getByRole("link").first().click();
  const passage = await opened;
  await expect(passage.getByRole("heading", { name: "Chunks of version 1" })).toBeVisible();
  await expect(passage.locator("article[aria-current]")).toContainText("They are read at once.");
  await passage.close();
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  const receipt = page.getByRole("region", { name: "Receipt" });
  await expect(receipt).toContainText("large-1");
  // The model was told what the workspace asks of its answers.
  expect(JSON.stringify(provider.requests.at(-1)?.body)).toContain("Name the warranty where it matters.");
  // On a phone a long line scrolls by itself, and not all that stands beside it.
  const { width } = looks[2].viewport;
  await page.setViewportSize(looks[2].viewport);
  for (const part of [receipt, citations]) {
    const { x = 0, width: own = 0 } = (await part.boundingBox()) ?? {};
    expect(x + own).toBeLessThanOrEqual(width);
  }
  await expectAccessibleInAllLooks(page);
});
