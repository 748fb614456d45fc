import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { expect, openDashboard, test } from "../src/fixtures.ts";
import { tabTo } from "../src/keyboard.ts";

test("a search shows what a question finds and why, what would be cited, and when there would be no answer", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await page.getByRole("link", { name: "Knowledge" }).click();
  const tab = page.getByRole("link", { name: "Search" });
  await tabTo(tab);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("A question")).toBeFocused();
  await page.keyboard.type("How do I add my own documents?");
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { name: "The built-in answerer would answer" })).toBeVisible();
  await expect(page.getByLabel("A question")).toBeFocused();
  await expect(page.getByText(/^The evidence of the best sentence is \d\.\d\d; it takes 0\.\d\d\.$/)).toBeVisible();
  const first = page.getByRole("article", { name: "Passage 1", exact: true });
  await expect(first.locator("p", { has: page.locator("mark") }).first()).toContainText("To add your own documents");
  await expect(first.locator(".asked-word").first()).toHaveText("add");
  await expect(first.getByText(/^add 0\.\d\d · documents 0\.\d\d$/)).toBeAttached();
  const words = page.getByRole("table", { name: "Words of the question" });
  await expect(words.getByRole("row")).toHaveText([/Word/, /^add/, /^documents/]);

  // A link to it shows the same.
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${encodeURIComponent("Who was the king of Mongolia?")}`);
  await expect(
    page.getByRole("heading", { name: "The built-in answerer would say that it doesn't know" }),
  ).toBeVisible();
  await expect(page.getByText("Would be cited")).toHaveCount(0);
});

test("a question that goes on from another is searched as what it means", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search`);
  await page.getByRole("button", { name: "It goes on from another question" }).click();
  await expect(page.getByLabel("The question before it")).toBeFocused();
  await page.keyboard.type("How do I add my own documents?");
  await page.getByLabel("A question").fill("And how much is it?");
  await page.keyboard.press("Enter");
  await expect(page.getByText("How do I add my own documents? · And how much is it?")).toBeVisible();
});

test("what was found is opened at its chunk, with its boundaries, headings and size, by keyboard as well", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  const asked = encodeURIComponent("What are limits of the widget's protocol?");
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${asked}`);
  const found = page.getByRole("article", { name: "Passage 1", exact: true });
  const words = (await found.locator(".prose").first().textContent()) ?? "";
  await found.getByRole("link", { name: "Open passage 1 in its document" }).click();
  await expect(page.getByRole("heading", { name: /^Chunks of version \d/ })).toBeVisible();
  const chosen = page.locator("article[aria-current]");
  await expect(chosen).toBeInViewport();
  await expect(chosen).toContainText(/characters [\d,]+–[\d,]+ · about \d+ tokens/);
  const [firstWord = ""] = words.match(/\w{4,}/) ?? [];
  await expect(chosen).toContainText(firstWord);

  const next = page.getByRole("article").nth(1).getByRole("link");
  await next.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("article[aria-current]")).toHaveCount(1);
  await expect(next).toBeFocused();
  await page.getByRole("link", { name: "Text", exact: true }).click();
  await expect(page.getByRole("heading", { name: /^Text of version \d/ })).toBeVisible();
});

test("files are dropped or chosen, read while one looks on, asked about, and removed with their source", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByRole("button", { name: /^Files/ }).click();
  await expect(page.getByLabel("What it is called")).toBeFocused();
  await page.keyboard.type("Teapots");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Teapots", level: 1 })).toBeVisible();
  await expect(page.getByText("up to 25 MB each")).toBeVisible();
  await expectAccessibleInAllLooks(page);

  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await chosen).setFiles([
    file("copper.md", "# Copper teapots\n\nThe copper teapot of Ravenna holds two litres.\n"),
    file("broken.pdf", "this is no PDF"),
    file("tool.exe", "MZ"),
    file("empty.txt", ""),
  ]);
  const onTheWay = page.getByRole("list", { name: "Files on their way" });
  const row = (name: string) => onTheWay.getByRole("listitem").filter({ hasText: name });
  await expect(row("copper.md")).toContainText("Sent");
  await expect(row("tool.exe")).toContainText("Save it as Markdown, plain text");
  await expect(row("empty.txt")).toContainText("The document holds no text");
  const documents = page.getByRole("table", { name: "Documents" });
  await expect(documents.getByRole("row").filter({ hasText: "Copper teapots" })).toContainText("Ready");
  const broken = documents.getByRole("row").filter({ hasText: "broken" });
  await expect(broken).toContainText("Failed");
  await expect(broken).toContainText("is not what its name says");
  await expectAccessibleInAllLooks(page);
  await broken.getByRole("button", { name: /^Retry/ }).click();
  await expect(broken).toContainText("Failed");
  await page.getByLabel("Show").selectOption("Failed");
  await expect(documents.getByRole("row").filter({ hasText: "Copper teapots" })).toHaveCount(0);
  await page.getByLabel("Show").selectOption("All");

  await documents.getByRole("link", { name: "Copper teapots" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the file" }).click();
  expect((await download).suggestedFilename()).toBe("copper.md");
  await page.getByRole("link", { name: "Teapots", exact: true }).click();

  // The same again costs nothing; what is dropped is what is chosen.
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(onTheWay).toHaveCount(0);
  await drop(page, "copper.md", "# Copper teapots\n\nThe copper teapot of Ravenna holds two litres.\n");
  await expect(row("copper.md")).toContainText("It is there already, just so");

  // Whoever closes the tab before a file has arrived is asked, also on a page that says nothing of it.
  const held = Promise.withResolvers<void>();
  await page.route("**/api/knowledge/uploads?*", async (route) => {
    await held.promise;
    await route.continue();
  });
  const isAsked = () =>
    page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))") as Promise<boolean>;
  expect(await isAsked()).toBe(false);
  await drop(page, "tin.md", "# Tin teapots\n\nTin is soft.\n");
  await expect(row("tin.md")).toContainText("% sent");
  await page.getByRole("link", { name: "Inbox", exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Views" })).toBeVisible();
  expect(await isAsked()).toBe(true);
  held.resolve();
  await expect.poll(isAsked).toBe(false);
  await page.goBack();
  await expect(row("tin.md")).toContainText("Sent");

  const question = encodeURIComponent("How much does the copper teapot of Ravenna hold?");
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${question}`);
  await expect(page.getByRole("article", { name: "Passage 1", exact: true })).toContainText("Copper teapots");
  await page.goBack();

  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Old teapots");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Old teapots", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("2 documents leave all answers at once.");
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("heading", { name: "Knowledge", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: "Old teapots" })).toHaveCount(0);
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${question}`);
  await expect(page.getByRole("article", { name: "Passage 1", exact: true })).not.toContainText("Copper teapots");
});

test("a document's reading tells how far it is, is stopped and tried again", async ({ page, builtIn }) => {
  const documents = await addKettles(page, builtIn);
  const long = documents.getByRole("row").filter({ hasText: "long.md" });
  await expect(long).toContainText(/[\d,]+ of 3,000 chunks are embedded/);
  await expectAccessibleInAllLooks(page);
  // By keys alone: it is one button, which keeps the focus.
  await long.getByRole("button", { name: /^Stop/ }).focus();
  await page.keyboard.press("Enter");
  await expect(long).toContainText("Its reading was stopped");
  await expect(long.getByRole("button", { name: /^Retry/ })).toBeFocused();

  await documents.getByRole("link", { name: "All kettles" }).click();
  const note = page.getByRole("note");
  await expect(note).toContainText("Version 1: Its reading was stopped");
  await note.getByRole("button", { name: /^Retry/ }).click();
  await expect(note).toContainText("chunks are embedded");
  await note.getByRole("button", { name: /^Stop/ }).click();
  await expect(note).toContainText("Its reading was stopped");
  await page.getByRole("link", { name: "Kettles", exact: true }).click();
  await removeSource(page, "Kettles");
});

test("all of a source is stopped and tried again at once, and its documents are found by title and path", async ({
  page,
  builtIn,
}) => {
  const documents = await addKettles(page, builtIn);
  const long = documents.getByRole("row").filter({ hasText: "long.md" });
  const steel = documents.getByRole("row").filter({ hasText: "100%_steel.md" });
  await expect(long).toContainText("chunks are embedded");
  await expect(steel).toContainText("Ready");
  await page.getByRole("button", { name: "Stop reading" }).click();
  await expect(long).toContainText("Its reading was stopped");
  await page.getByRole("button", { name: "Retry all failed" }).click();
  await expect(long).toContainText("chunks are embedded");
  await page.getByRole("button", { name: "Stop reading" }).click();
  await expect(long).toContainText("Its reading was stopped");

  const find = page.getByRole("searchbox", { name: "Title or path" });
  await find.fill("100%_");
  await find.press("Enter");
  await expect(long).toHaveCount(0);
  await expect(steel).toBeVisible();
  await expect(find).toBeFocused();
  await page.reload();
  await expect(steel).toBeVisible();
  await expect(long).toHaveCount(0);
  await page.getByLabel("Show").selectOption("Failed");
  await expect(page.getByText("No document has this in its title or path.")).toBeVisible();
  await find.fill("");
  await expect(long).toBeVisible();
  await page.getByRole("link", { name: "Knowledge", exact: true }).last().click();
  await find.fill("steel KETTLES");
  await find.press("Enter");
  await expect(documents.getByRole("row")).toHaveCount(2);
  await expect(documents).toContainText("Steel kettles");
  await page.getByRole("link", { name: "Kettles", exact: true }).first().click();
  await removeSource(page, "Kettles");
});

test("a web site is read while one looks on, cancelled, changed, and read again without what is gone", async ({
  page,
  builtIn,
  webSite,
}) => {
  const html = (title: string, text: string) =>
    `<title>${title}</title><main><h1>${title}</h1><p>${text}</p><a href="/help/a">A</a> <a href="/help/b">B</a></main>`;
  webSite.pages.set("/help/", html("Help of the lamp shop", "Welcome."));
  webSite.pages.set("/help/a", html("Brass lamps", "The brass lamp of Trieste burns for nine hours."));
  webSite.pages.set("/help/b", html("Copper lamps", "The copper lamp of Trieste burns for six hours."));
  const letGo = webSite.hold("/help/b");
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByRole("button", { name: /^Web site/ }).click();
  await page.getByLabel("What it is called").fill("Lamp shop");
  await page.getByLabel("Where reading begins").fill(`${webSite.address}help/`);
  await page.getByLabel("How often").selectOption("Every week");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Add", exact: true }).click();

  const site = page.getByRole("region", { name: "Site" });
  await expect(site).toContainText("Being read");
  const documents = page.getByRole("table", { name: "Documents" });
  await expect(documents.getByRole("row").filter({ hasText: "Brass lamps" })).toContainText("Ready");
  await expect(site.getByRole("progressbar")).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await site.getByRole("button", { name: "Cancel reading" }).click();
  await expect(site).toContainText("Cancelled");
  letGo();

  await site.getByRole("button", { name: "Read it now" }).click();
  await expect(site).toContainText("3 pages asked for");
  await expect(site.getByRole("status")).toContainText(/^Read/);
  await expect(site).toContainText("next on");
  await expect(documents.getByRole("row").filter({ hasText: "Copper lamps" })).toContainText("Ready");
  await documents.getByRole("link", { name: "Copper lamps" }).click();
  const original = page.getByRole("link", { name: "Open the page" });
  await expect(original).toHaveAttribute("href", `${webSite.address}help/b`);
  await page.goBack();

  await site.getByRole("button", { name: "Change" }).click();
  await page.getByText("Which pages").click();
  await page.getByLabel("Not these paths").fill("/help/b");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(site).toContainText("Not /help/b");
  webSite.pages.delete("/help/a");
  await site.getByRole("button", { name: "Read it now" }).click();
  await expect(documents.getByRole("row").filter({ hasText: "lamps" })).toHaveCount(0);
  await expect(site.getByRole("status")).toContainText(/^Read/);

  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("link", { name: "Lamp shop" })).toHaveCount(0);
});

test("an answer is written, found by its question, changed and taken out", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  const add = page.getByRole("button", { name: "Add a source" });
  await add.click();
  await expect(page.getByRole("button", { name: /^Files/ })).toBeFocused();
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(add).toBeFocused();
  await add.click();
  await page.getByRole("button", { name: /^Answers/ }).click();
  await page.getByLabel("What it is called").fill("What people ask");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Write an answer" }).click();
  await expect(page.getByLabel("Question")).toBeFocused();
  await page.keyboard.type("How do I clean a samovar?");
  await page.getByLabel("Answer", { exact: true }).fill("Fill the samovar with water and **citric acid**.");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("table", { name: "Documents" }).getByRole("row").filter({ hasText: "samovar" });
  await expect(row).toContainText("Ready");
  const asked = encodeURIComponent("How do I clean a samovar?");
  await page.goto(`${builtIn.dashboardUrl}/knowledge/search?q=${asked}`);
  await expect(page.getByRole("article", { name: "Passage 1", exact: true })).toContainText("citric acid");
  await page.goBack();

  await row.getByRole("link").click();
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Answer", { exact: true }).fill("Fill the samovar with water and *vinegar*.");
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: /^Version 2/ })).toContainText("In use");
  await expect(page.getByText("with water and vinegar")).toBeVisible();

  // Of two who change it at a time, the later one is told so, and what they typed is still there.
  const answer = (one: Page) => one.getByLabel("Answer", { exact: true });
  const other = await page.context().newPage();
  await other.goto(page.url());
  for (const one of [page, other]) {
    await one.getByRole("button", { name: "Change" }).click();
    await expect(answer(one)).toHaveValue(/vinegar/);
  }
  await answer(other).fill("Fill the samovar with water and soda.");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByText("with water and soda")).toBeVisible();
  await answer(page).fill("Fill the samovar with tea.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Somebody else has changed this meanwhile")).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await expect(answer(page)).toHaveValue("Fill the samovar with tea.");
  await other.close();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Change" }).click();
  await expect(answer(page)).toHaveValue("Fill the samovar with water and soda.");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("Nothing is in it yet.")).toBeVisible();
});

/** A source with a document so long that it is not read in while somebody looks on, and a short one. @returns the table of both */
async function addKettles(page: Page, builtIn: Parameters<typeof openDashboard>[1]) {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByRole("button", { name: /^Files/ }).click();
  await page.getByLabel("What it is called").fill("Kettles");
  await page.keyboard.press("Enter");
  const parts = Array.from({ length: 3_000 }, (_, index) => `## Part ${index}\n\nKettle number ${index} whistles.\n`);
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await chosen).setFiles([
    file("100%_steel.md", "# Steel kettles\n\nSteel lasts.\n"),
    file("long.md", `# All kettles\n\n${parts.join("\n")}`),
  ]);
  return page.getByRole("table", { name: "Documents" });
}

async function removeSource(page: Page, name: string) {
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("heading", { name: "Knowledge", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name, exact: true })).toHaveCount(0);
}

const file = (name: string, text: string) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(text),
});

/** Drops a file onto the page's area for them. */
async function drop(page: Page, name: string, text: string) {
  const transfer = await page.evaluateHandle(
    `(() => { const all = new DataTransfer(); all.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)})); return all; })()`,
  );
  await page.getByText("Drop files here, or").dispatchEvent("drop", { dataTransfer: transfer });
}

type Page = Parameters<typeof openDashboard>[0];

test("a program sends a document as its source's page says, and the page shows it", async ({ page, builtIn }) => {
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/settings/api-keys`);
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByLabel("Name").fill("Shop");
  await page.getByRole("checkbox", { name: "Send documents" }).check();
  await page.getByRole("button", { name: "Create the key" }).click();
  const key = (await page.getByRole("region", { name: "The key Shop" }).getByRole("code").textContent()) ?? "";

  await page.goto(`${builtIn.dashboardUrl}/knowledge`);
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByRole("button", { name: /^Programs/ }).click();
  await page.getByLabel("What it is called").fill("Shop");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Shop", level: 1 })).toBeVisible();
  const command = (await page.getByText(/^curl/).textContent()) ?? "";
  const [, address = ""] = /"(http[^"]+)"/.exec(command) ?? [];
  const sent = await fetch(address, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/x-www-form-urlencoded" },
    body: "# Returns\n\nA lamp is taken back within thirty days.",
  });
  expect(sent.status).toBe(200);
  const document = page.getByRole("link", { name: "Returns" });
  await expect(document).toBeVisible();
  await expect(page.getByText("Ready")).toBeVisible();

  await page.goto(`${builtIn.dashboardUrl}/settings/api-keys`);
  await page.getByRole("button", { name: "Revoke Shop" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("list", { name: "Keys that open nothing any more" })).toContainText("Shop");
  const refused = await fetch(address, { method: "POST", headers: { authorization: `Bearer ${key}` }, body: "# News" });
  expect(refused.status).toBe(401);
});
