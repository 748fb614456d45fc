import { randomUUID } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { askApi, joinAs, signUp } from "../src/accounts.ts";
import { expect, type RunningPlace, test } from "../src/fixtures.ts";
import { newPerson, type Person } from "../src/mailbox.ts";

// What must not be done with a browser that somebody left open: more than ten minutes after the sign-in it is asked who they are.

type World = { owner: Person; contexts: BrowserContext[] };
let world: World | undefined;

/** Everybody's last proof is too long ago. */
const age = ({ whileStopped, installation }: RunningPlace) =>
  whileStopped(() =>
    installation.withDatabase((db) =>
      db.authDatabase().execute("update auth.session set proven_at = proven_at - interval '11 minutes'"),
    ),
  );

test.beforeAll(async ({ browser, builtIn }) => {
  const owner = newPerson("Sofja Kowalewski");
  const [first, guest] = [await browser.newContext(), await browser.newContext()];
  const page = await first.newPage();
  await signUp(page, builtIn, owner, "Tops");
  await joinAs(page, await guest.newPage(), builtIn, newPerson("Karl Weierstrass"), "admin");
  for (const context of [first, guest]) await context.close();
  const contexts: BrowserContext[] = [];
  for (let session = 0; session < 7; session++) {
    const context = await browser.newContext();
    const { email, password } = owner;
    await askApi(context, builtIn, "/api/auth/sign-in/email", { email, password });
    contexts.push(context);
  }
  await age(builtIn);
  world = { owner, contexts };
});

test.afterAll(async () => {
  for (const context of world?.contexts ?? []) await context.close();
});

/** A page of the owner's in a session that has proved nothing for long. */
async function openAged(url: string): Promise<Page> {
  const context = world?.contexts.find((one) => one.pages().length === 0);
  if (!context) throw new Error("each session is good for one test: it is fresh after it");
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const dialogOf = (page: Page) => page.getByRole("dialog", { name: "Is it still you?" });

/** Answers the question by the keyboard. */
async function confirm(page: Page): Promise<void> {
  const dialog = dialogOf(page);
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(world?.owner.password ?? "");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
}

test("who does not want to confirm leaves, and nothing is done; a wrong password is told, the right one goes on", async ({
  builtIn,
}) => {
  const page = await openAged(`${builtIn.dashboardUrl}/settings/security`);
  const dialog = dialogOf(page);
  const setUp = page.getByRole("button", { name: "Set up the second factor" });
  await setUp.press("Enter");
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await expectAccessibleInAllLooks(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await setUp.press("Enter");
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type("not the password");
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
    "This is not your password.",
  );
  await dialog.getByLabel("Password", { exact: true }).fill("");
  await confirm(page);
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
});

test("an API key is made after it", async ({ builtIn }) => {
  const page = await openAged(`${builtIn.dashboardUrl}/settings/api-keys`);
  await page.getByRole("button", { name: "Create a key" }).press("Enter");
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByRole("button", { name: "Create the key" }).press("Enter");
  await confirm(page);
  await expect(page.getByRole("region", { name: "The key Nightly report" }).getByRole("code")).toHaveText(/^\S{20,}$/);
});

test("another embedder is chosen after it, which would get every document and question", async ({ builtIn }) => {
  const page = await openAged(`${builtIn.dashboardUrl}/knowledge/embedder`);
  await page.getByRole("radio", { name: "Another server" }).check();
  await page.getByLabel("Address").fill("http://127.0.0.1:9/v1");
  await page.getByLabel("Model").fill("multilingual");
  await page.getByLabel("Dimensions").fill("384");
  await page.getByRole("button", { name: "Change", exact: true }).press("Enter");
  await confirm(page);
  // It is tried next.
  await expect(page.getByText("The embedder's server can't be reached")).toBeVisible();
});

test("the rule about second factors is looked at after it", async ({ builtIn }) => {
  const page = await openAged(`${builtIn.dashboardUrl}/settings/workspace`);
  await page.getByRole("button", { name: "Require it of everybody" }).press("Enter");
  const question = page.getByRole("alertdialog", { name: "Require a second factor?" });
  await question.getByRole("button", { name: "Require it" }).press("Enter");
  await confirm(page);
  // It is the next thing that the api asks for.
  await expect(question.getByRole("alert")).toContainText("would lock yourself out");
});

test("the audit log is taken along after it", async ({ builtIn }) => {
  const page = await openAged(`${builtIn.dashboardUrl}/settings/audit-log`);
  await page.getByRole("button", { name: "Export CSV" }).press("Enter");
  const saved = page.waitForEvent("download");
  await confirm(page);
  expect((await saved).suggestedFilename()).toMatch(/^parley-audit-log-.*\.csv$/);
});

test("somebody is made an owner after it", async ({ builtIn }) => {
  const page = await openAged(`${builtIn.dashboardUrl}/settings/members`);
  const role = page.getByLabel("Role of Karl Weierstrass");
  await role.selectOption("Member");
  await expect(page.getByRole("status").getByText("has the role Member now")).toBeAttached();
  await role.selectOption("Owner");
  await confirm(page);
  await expect(page.getByRole("status").getByText("has the role Owner now")).toBeAttached();
  await expect(role).toHaveValue("owner");
});

test("the workspace is handed over after it", async ({ builtIn }) => {
  const page = await openAged(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByRole("button", { name: "Hand over to Karl Weierstrass" }).press("Enter");
  const question = page.getByRole("alertdialog", { name: "Hand Tops over to Karl Weierstrass?" });
  await question.getByRole("button", { name: "Hand over" }).press("Enter");
  await confirm(page);
  await expect(question).toBeHidden();
  const members = page.getByRole("list", { name: "Members" }).getByRole("listitem");
  await expect(members.filter({ hasText: "Karl Weierstrass" })).toContainText("Owner");
  await expect(members.filter({ hasText: "(you)" })).toContainText("Admin");
});

test("who has no password confirms at their provider, and goes on; who cancels there is told that nothing was done", async ({
  browser,
  withOpenId,
}) => {
  const { dashboardUrl, openId } = withOpenId;
  const vera = newPerson("Vera Rubin");
  const sub = randomUUID();
  openId.people.set(sub, { email: vera.email, email_verified: true, name: vera.name });
  const context = await browser.newContext();
  let page = await context.newPage();
  const atProvider = async () => {
    await page.getByRole("button", { name: "Sign in with Company sign-in" }).press("Enter");
    await page.getByPlaceholder("Enter any login").fill(sub);
    await page.getByPlaceholder("and password").fill("any");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
  };
  await page.goto(`${dashboardUrl}/sign-in`);
  await atProvider();
  await page.getByLabel("Name of the workspace").fill("Rotation curves");
  await page.getByRole("button", { name: "Create workspace" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.close();
  await age(withOpenId);
  // The provider has forgotten them, too, and asks.
  await context.clearCookies({ name: /^_/ });

  page = await context.newPage();
  await page.goto(`${dashboardUrl}/settings/security?linked=oidc`);
  const setUp = page.getByRole("button", { name: "Set up the second factor" });
  const unconfirmed = page.getByRole("alert").getByText("so nothing was done");
  await setUp.press("Enter");
  await dialogOf(page).getByRole("button", { name: "Sign in with Company sign-in" }).press("Enter");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(unconfirmed).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(1);
  await expect(page.getByText("Company sign-in is linked")).toHaveCount(0);
  await expectAccessibleInAllLooks(page);

  await setUp.press("Enter");
  await atProvider();
  await expect(page).toHaveURL(`${dashboardUrl}/settings/security`);
  await expect(unconfirmed).toBeHidden();
  await setUp.press("Enter");
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  await context.close();
});
