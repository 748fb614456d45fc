import { expectAccessible, expectAccessibleInAllLooks } from "../src/accessible.ts";
import { signUp } from "../src/accounts.ts";
import { expect, openDashboard, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

test("the embedder is seen on a page of its own; a server is tried before it is taken", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByRole("link", { name: "Embedder" }).click();
  await expect(page.getByRole("heading", { name: "Built in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Change", exact: true })).toBeDisabled();

  await page.getByRole("radio", { name: "Another server" }).check();
  // Within the machine, where a workspace's addresses lead nowhere.
  await page.getByLabel("Address").fill("http://127.0.0.1:9/v1");
  await page.getByLabel("Model").fill("multilingual");
  await page.getByLabel("Dimensions").fill("384");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await expect(page.getByText("The embedder's server can't be reached")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Built in" })).toBeVisible();
});

const file = (name: string, text: string) => ({ name, mimeType: "text/markdown", buffer: Buffer.from(text) });
/** A passage each. */
const lamps = Array.from(
  { length: 40 },
  (_, index) => `## Lampe ${index}\n\nDie Lampe Nummer ${index} wird innerhalb von dreißig Tagen zurückgenommen.`,
);

test("documents in another language ask for another embedder; the change to it shows how far it is, is cancelled, and made", async ({
  page,
  builtIn,
  embedderServer,
}) => {
  test.setTimeout(180_000);
  await signUp(page, builtIn, newPerson("Ada King"), "Lampen");
  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  await page.getByRole("button", { name: /^Files/ }).click();
  await page.getByLabel("What it is called").fill("Handbuch");
  await page.keyboard.press("Enter");
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await chosen).setFiles([
    file("lampen.md", `# Lampen\n\n${lamps.join("\n\n")}\n`),
    file("versand.md", "# Versand\n\nWir verschicken jede Bestellung am nächsten Morgen mit der Post.\n"),
    file("returns.md", "# Returns\n\nYou can return what you bought within thirty days.\n"),
  ]);
  const ready = page.getByRole("table", { name: "Documents" }).getByText("Ready");
  await expect(ready).toHaveCount(3, { timeout: 20_000 });
  const note = page.getByText("2 of 3 documents are in German: the built-in embedder knows English.");
  await expect(note).toBeVisible();
  await page.getByRole("link", { name: "Knowledge", exact: true }).last().click();
  await expect(note).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await page.getByRole("link", { name: "Choose a multilingual embedder" }).click();

  async function change() {
    await page.getByRole("radio", { name: "Another server" }).check();
    await page.getByLabel("Address").fill(embedderServer.url);
    await page.getByLabel("Model").fill("multilingual");
    await page.getByLabel("Dimensions").fill("64");
    await page.getByRole("button", { name: "Change", exact: true }).click();
  }
  // It is tried with a word, and gets the first passages.
  const letGo = embedderServer.hold({ butFor: 2 });
  await change();
  const changing = page.getByRole("region", { name: "Changing to Another server: multilingual" });
  await expect(changing).toContainText(/ 32 of 4\d are\./);
  await expect(changing.getByRole("progressbar", { name: "Passages that are ready" })).toHaveAttribute("value", "32");
  await expectAccessible(page);
  await changing.getByRole("button", { name: "Cancel the change" }).click();
  await expect(changing).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Built in" })).toBeVisible();
  letGo();

  await change();
  // By itself, once every passage is ready.
  await expect(page.getByRole("heading", { name: "Another server: multilingual", exact: true })).toBeVisible({
    timeout: 30_000,
  });
  await expect(changing).toHaveCount(0);
  await page.getByRole("link", { name: "Sources", exact: true }).click();
  await expect(page.getByRole("table", { name: "Documents" }).getByText("Ready")).toHaveCount(3);
  await expect(note).toHaveCount(0);
});
