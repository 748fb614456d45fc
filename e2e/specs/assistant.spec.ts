import { expectAccessible, expectAccessibleInAllLooks } from "../src/accessible.ts";
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

  // Nobody loses what is half written by a slip; whoever comes back finds what is in use by then.
  const name = form.getByLabel("Name", { exact: true });
  const inbox = page.getByRole("link", { name: "Inbox", exact: true });
  const leaving = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await inbox.click();
  await leaving.getByRole("button", { name: "Cancel" }).click();
  await expect(leaving).toHaveCount(0);
  await page.getByRole("button", { name: "Restore what it came with" }).click();
  const restoring = page.getByRole("alertdialog", { name: "Restore what it came with?" });
  await restoring.getByRole("button", { name: "Cancel" }).click();
  await expect(restoring).toHaveCount(0);
  await expect(name).toHaveValue("Lyra");
  await inbox.click();
  await leaving.getByRole("button", { name: "Leave" }).click();
  await expect(page.getByRole("navigation", { name: "Views" })).toBeVisible();
  await page.goBack();
  await expect(name).toHaveValue("Vega");
  // A letter to and fro is saved as well, and nothing is left to be saved.
  await name.fill("Vega ");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").getByText("Saved")).toBeVisible();
  await versions.getByRole("button", { name: "Restore version 1" }).click();
  await expect(versions.getByRole("listitem").first()).toContainText(/Version 3, as version 1 was/);
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("Nova");
  await expect(versions.getByRole("listitem").first()).toContainText("changed: name");
});

test("a tool is added with its secret, which nobody sees again, tried, and taken away", async ({ page, builtIn }) => {
  await signUp(page, builtIn, newPerson("Ada King"), "Notes");
  await page.goto(`${builtIn.dashboardUrl}/assistant/tools`);
  await expect(page.getByText("There are no tools")).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Add a tool" }).click();
  const form = page.getByRole("form", { name: "A new tool" });
  await form.getByLabel("Name", { exact: true }).fill("find_order");
  await form.getByLabel("What it is for").fill("Finds an order of the visitor by its number");
  await form.getByLabel("Address").fill("http://127.0.0.1/orders/{order}");
  await form.getByLabel("Headers").fill("Authorization: Bearer of-the-shop");
  await form.getByLabel("Arguments, as JSON Schema").fill("{");
  await expect(form.getByLabel("Arguments, as JSON Schema")).toHaveAccessibleDescription(
    /This is no JSON: .*line 1, column 2/,
  );
  // What no browser can tell, the server does: what is wrong, and where.
  await form.getByLabel("Arguments, as JSON Schema").fill('{"type":"object","properties":{"order":{"type":"strin"}}}');
  await form.getByRole("button", { name: "Save the tool" }).click();
  await expect(form.getByLabel("Arguments, as JSON Schema")).toHaveAccessibleDescription(
    /At properties\.order\.type: must be equal to one of the allowed values: .*string/,
  );
  await expect(form.getByRole("alert")).toHaveCount(1);
  await form
    .getByLabel("Arguments, as JSON Schema")
    .fill('{"type":"object","properties":{"order":{"type":"string"}},"required":["order"]}');
  await form.getByRole("button", { name: "Save the tool" }).click();
  await page.getByRole("list", { name: "Tools" }).getByRole("button", { name: "Change find_order" }).click();
  await expect(page.getByLabel("Headers")).toHaveValue("Authorization");
  await expect(page.locator("main")).not.toContainText("of-the-shop");
  await expectAccessibleInAllLooks(page);

  const trial = page.getByRole("form", { name: "Try it" });
  await trial.getByRole("button", { name: "Ask the server" }).click();
  await expect(trial.getByRole("status")).toContainText("the arguments do not fit");
  await trial.getByLabel("Arguments, as JSON").fill('{"order":"A1"}');
  await trial.getByRole("button", { name: "Ask the server" }).click();
  await expect(trial.getByRole("status")).toContainText("nothing is fetched from");

  // What is half written is not left behind without a word.
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Add a tool" }).click();
  await form.getByLabel("Headers").fill("Authorization: Bearer found-again-with-effort");
  await page.getByRole("link", { name: "Inbox", exact: true }).click();
  await page
    .getByRole("alertdialog", { name: "Leave without saving?" })
    .getByRole("button", { name: "Cancel" })
    .click();
  await page.getByRole("button", { name: "Change find_order" }).click();
  const instead = page.getByRole("alertdialog", { name: "Change find_order instead?" });
  await expectAccessible(page);
  await instead.getByRole("button", { name: "Cancel" }).click();
  await expect(form.getByLabel("Headers")).toHaveValue("Authorization: Bearer found-again-with-effort");
  await page.getByRole("button", { name: "Change find_order" }).click();
  await instead.getByRole("button", { name: "Change it" }).click();
  await expect(page.getByLabel("Headers")).toHaveValue("Authorization");

  // What is half written stays when another tool is removed, which is asked first.
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Add a tool" }).click();
  await form.getByLabel("Name", { exact: true }).fill("find_parcel");
  await page.getByRole("button", { name: "Remove find_order" }).click();
  const asking = page.getByRole("alertdialog", { name: "Remove find_order?" });
  await expectAccessible(page);
  await asking.getByRole("button", { name: "Cancel" }).click();
  await expect(asking).toHaveCount(0);
  await page.getByRole("button", { name: "Remove find_order" }).click();
  await asking.getByRole("button", { name: "Remove" }).click();
  await expect(form.getByLabel("Name", { exact: true })).toHaveValue("find_parcel");
  await expect(page.getByText("There are no tools")).toBeVisible();
});
