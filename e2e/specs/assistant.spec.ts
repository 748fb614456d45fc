import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { signUp } from "../src/accounts.ts";
import { expect, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

// What those who run a workspace tell its assistant.

// A page in four looks takes its time.
test.describe.configure({ timeout: 300_000 });

test("the assistant gets a name, a tone and guidance, and what was there before comes back", async ({
  page,
  builtIn,
}) => {
  await signUp(page, builtIn, newPerson("Ada King"), "Notes");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Assistant" }).click();
  await expect(page.getByRole("heading", { name: "Assistant", level: 1 })).toBeVisible();
  const versions = page.getByRole("list", { name: "Versions" });
  await expect(versions.getByRole("listitem")).toHaveText([/As it came.*In use/]);

  const form = page.getByRole("form", { name: "Guidance" });
  await form.getByLabel("Name", { exact: true }).fill("Nova");
  await form.getByLabel("Tone", { exact: true }).selectOption("formal");
  await form.getByRole("textbox", { name: "Guidance" }).fill("Name the **warranty** where it matters.");
  await form.getByLabel("What it says then").fill("I don't know that. Please call us.");
  await form.getByRole("checkbox", { name: /may hand a conversation to a person/ }).check();
  const hosts = form.getByLabel("Hosts that answers may link to");
  await hosts.fill("https://docs.example.com");
  await expect(hosts).toHaveAccessibleDescription(/https:\/\/docs\.example\.com: a host is a name/);
  await form.getByRole("button", { name: "Save" }).click();
  await expect(versions.getByRole("listitem")).toHaveCount(1);

  await hosts.fill("docs.example.com");
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("Nova");
  await expect(preview).toContainText("I don't know that. Please call us.");
  await expect(preview.getByRole("strong")).toHaveText("warranty");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").getByText("Saved")).toBeVisible();
  await expect(versions.getByRole("listitem").first()).toContainText(/Version 1.*In use/s);
  await expectAccessibleInAllLooks(page);

  await expect(form.getByRole("checkbox")).toBeChecked();

  // Somebody else is quicker: nothing of theirs is written over.
  const other = await page.context().newPage();
  await other.goto(`${builtIn.dashboardUrl}/assistant`);
  await other.getByLabel("Name", { exact: true }).fill("Vega");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("status").getByText("Saved")).toBeVisible();
  await form.getByLabel("Name", { exact: true }).fill("Lyra");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Somebody else has changed the settings meanwhile")).toBeVisible();
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("Lyra");

  await page.reload();
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("Vega");
  await versions.getByRole("button", { name: "Restore version 1" }).click();
  await expect(versions.getByRole("listitem").first()).toContainText(/Version 3, as version 1 was/);
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("Nova");
  await expect(versions.getByRole("listitem").first()).toContainText("changed: name");
});
