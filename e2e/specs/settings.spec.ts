import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { signIn, signUp } from "../src/accounts.ts";
import { codeOf } from "../src/authenticator.ts";
import { expect, test } from "../src/fixtures.ts";
import { mailbox, newPerson } from "../src/mailbox.ts";

// What people change about their accounts and their workspace; by the keyboard, where there is a form.

// Each page in four looks takes its time.
test.describe.configure({ timeout: 300_000 });

const inside = (page: Page) => page.getByRole("navigation", { name: "Main" }).waitFor();

test("a new password signs other devices out, goes on here, and is the only one from then on", async ({
  page,
  browser,
  builtIn,
}) => {
  const ada = newPerson("Ada King");
  await signUp(page, builtIn, ada, "Notes");
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, builtIn, ada);
  await inside(other);

  await page.goto(`${builtIn.dashboardUrl}/settings/security`);
  const current = page.getByLabel("Current password", { exact: true });
  await current.fill("not the password at all");
  await page.getByLabel("New password", { exact: true }).fill("umbrellas over Reykjavik");
  await page.keyboard.press("Enter");
  await expect(current).toHaveAccessibleDescription("This is not your current password.");
  await expectAccessibleInAllLooks(page);
  await current.fill(ada.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").getByText("Your password was changed")).toBeVisible();
  await expect(page.getByRole("list", { name: "Signed-in devices" }).getByRole("listitem")).toHaveCount(1);
  await expect(other.getByText("Your session has ended")).toBeVisible();

  await signIn(other, builtIn, ada);
  await expect(other.getByRole("alert")).toContainText("is wrong");
  await signIn(other, builtIn, { ...ada, password: "umbrellas over Reykjavik" });
  await inside(other);
  await elsewhere.close();
});

test("another address is asked for with the password, and confirmed from its own mail", async ({ page, builtIn }) => {
  const emmy = newPerson("Emmy Noether");
  const renewed = newPerson("Emmy N");
  await signUp(page, builtIn, emmy, "Invariants");
  await page.goto(`${builtIn.dashboardUrl}/settings/profile`);
  await page.getByLabel("New address").fill(renewed.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Your password", { exact: true })).toHaveAccessibleDescription(
    "This is not your password.",
  );
  await page.getByLabel("Your password", { exact: true }).fill(emmy.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").getByText(`We sent a link to ${renewed.email}`)).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await mailbox(builtIn).linkTo(emmy.email, /is to be changed/);
  const link = await mailbox(builtIn).linkTo(renewed.email, /Confirm your new e-mail address/);

  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Confirm your new address" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").getByText("Your e-mail address was changed")).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await signIn(page, builtIn, { ...emmy, email: renewed.email });
  await inside(page);
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("alert")).toContainText("Nothing has changed");
  await expectAccessibleInAllLooks(page);
  await expect(page.getByRole("link", { name: "Go to sign-in" })).toBeVisible();
});

test("an account that was locked by wrong passwords is unlocked by the link of the mail", async ({
  page,
  browser,
  builtIn,
}) => {
  const lise = newPerson("Lise Meitner");
  await signUp(page, builtIn, lise, "Fission");
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  for (let guess = 1; guess <= 5; guess++) {
    await signIn(other, builtIn, { ...lise, password: `a wrong guess, number ${guess}` });
    await expect(other.getByRole("alert")).toContainText("is wrong");
  }
  await signIn(other, builtIn, lise);
  await expect(other.getByRole("alert")).toContainText("locked for a quarter of an hour");
  await expectAccessibleInAllLooks(other);

  const link = await mailbox(builtIn).linkTo(lise.email, /is locked/);
  await other.goto(link.slice(0, -10));
  await other.getByRole("button", { name: "Unlock" }).click();
  await expect(other.getByRole("alert"), "a link that was cut off").toContainText("too old");
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "Unlock your account" })).toBeFocused();
  await other.keyboard.press("Tab");
  await other.keyboard.press("Enter");
  await expect(other.getByRole("status").getByText("Your account is unlocked")).toBeVisible();
  await signIn(other, builtIn, lise);
  await inside(other);
  await elsewhere.close();
});

test("a workspace that begins to ask for a second factor shows members the way to one, and lets them in with it", async ({
  page,
  browser,
  builtIn,
}) => {
  const owner = newPerson("Maria Mayer");
  const guest = newPerson("Chien Wu");
  await signUp(page, builtIn, owner, "Shells");
  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByLabel("E-mail address").fill(guest.email);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "Pending invitations" })).toContainText(guest.email);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signUp(other, builtIn, guest, "Parity");
  await other.goto(await mailbox(builtIn).linkTo(guest.email, /invites you/));
  await other.getByRole("button", { name: "Join the workspace" }).click();
  await inside(other);

  await page.goto(`${builtIn.dashboardUrl}/settings/workspace`);
  const require = page.getByRole("button", { name: "Require it of everybody" });
  const question = page.getByRole("alertdialog", { name: "Require a second factor?" });
  await require.press("Enter");
  await question.getByRole("button", { name: "Require it" }).press("Enter");
  await expect(question.getByRole("alert")).toContainText("would lock yourself out");
  await expectAccessibleInAllLooks(page);
  await page.keyboard.press("Escape");
  await expect(require).toBeFocused();
  await setUpFactor(page, `${builtIn.dashboardUrl}/settings/security`);
  await page.goto(`${builtIn.dashboardUrl}/settings/workspace`);
  await require.press("Enter");
  await question.getByRole("button", { name: "Require it" }).press("Enter");
  await expect(page.getByRole("button", { name: "Require it no more" })).toBeVisible();

  await other.reload();
  await expect(other.getByRole("heading", { name: "This workspace asks for a second factor" })).toBeFocused();
  await expect(other.getByRole("button", { name: "Go to Parity" })).toBeVisible();
  await expectAccessibleInAllLooks(other);
  await enableFactor(other);
  const codes = other.getByRole("list", { name: "Backup codes" });
  await expect(codes).toBeVisible();
  const lookedAgain = other.waitForResponse(/\/trpc\/.*session\.me/);
  await (await elsewhere.newPage()).goto(builtIn.dashboardUrl);
  await lookedAgain;
  await other.getByRole("button", { name: "Go on to the workspace" }).waitFor();
  await expect(codes, "another page has opened, and theirs could go on").toBeVisible();
  await other.getByRole("button", { name: "I have kept them" }).press("Enter");
  await other.getByRole("button", { name: "Go on to the workspace" }).press("Enter");
  await inside(other);
  await elsewhere.close();
});

async function setUpFactor(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await enableFactor(page);
  await page.getByRole("button", { name: "I have kept them" }).press("Enter");
}

async function enableFactor(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Set up the second factor" }).press("Enter");
  await page.getByRole("img", { name: /^QR code/ }).waitFor();
  const secret = ((await page.getByRole("code").textContent()) ?? "").replaceAll(" ", "");
  await expect(page.getByLabel("Code from the app")).toBeFocused();
  await page.keyboard.type(codeOf(secret));
  await page.keyboard.press("Enter");
}

test("the audit log is looked through by person and days, and what is shown is taken along as a file", async ({
  page,
  builtIn,
}) => {
  const rita = { ...newPerson("Rita Levi"), name: "=Rita Levi" };
  await signUp(page, builtIn, rita, "Growth");
  await page.goto(`${builtIn.dashboardUrl}/settings/audit-log`);
  const entries = page.getByRole("list", { name: "Entries, newest first" }).getByRole("listitem");
  await entries.first().waitFor();
  await page.getByLabel("Who").selectOption("=Rita Levi");
  await page.getByLabel("Time").selectOption("Certain days…");
  await page.getByLabel("First day").fill("2020-01-01");
  await expect(page).toHaveURL(/from=2020-01-01/);
  await expect(page).toHaveURL(/by=/);
  await page.getByLabel("Last day").fill("2020-01-02");
  await expect(page.getByText("Nothing of the kind happened")).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await page.reload();
  await expect(page.getByLabel("Last day")).toHaveValue("2020-01-02");
  await page.getByLabel("Last day").fill("");
  await expect(entries.first()).toContainText("=Rita Levi");

  const shown = await entries.count();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export CSV" }).press("Enter"),
  ]);
  expect(file.suggestedFilename()).toMatch(/^parley-audit-log-\d{4}-\d\d-\d\d\.csv$/);
  const [head, ...lines] = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
  expect(head).toContain("entry,time,action");
  expect(lines).toHaveLength(shown);
  expect(lines[0]).toContain(`"'=Rita Levi"`);
  await expect(page.getByRole("status").getByText(/^Saved as parley-audit-log/)).toBeVisible();
  const [other] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export JSON Lines" }).press("Enter"),
  ]);
  const exported = (await readFile(await other.path(), "utf8")).trim().split("\n");
  expect(JSON.parse(exported[0] ?? "")).toMatchObject({ action: "audit.exported", details: { format: "csv" } });
});

test("what stands between mails, codes and sessions breaks no rule of accessibility either", async ({
  page,
  builtIn,
}) => {
  const vera = newPerson("Vera Rubin");
  await page.goto(`${builtIn.dashboardUrl}/sign-up`);
  await page.getByLabel("Your name").fill(vera.name);
  await page.getByLabel("Name of the workspace").fill("Rotation");
  await page.getByLabel("E-mail address").fill(vera.email);
  await page.getByLabel("Password", { exact: true }).fill(vera.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeFocused();
  await expectAccessibleInAllLooks(page);
  await page.goto(await mailbox(builtIn).linkTo(vera.email, /Confirm your e-mail address/));
  await page.getByLabel("Password", { exact: true }).fill(vera.password);
  await page.keyboard.press("Enter");
  await inside(page);

  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  const guest = newPerson("Kent Ford");
  await page.getByLabel("E-mail address").fill(guest.email);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "Pending invitations" })).toContainText(guest.email);
  await page.goto(await mailbox(builtIn).linkTo(guest.email, /invites you/));
  await expect(page.getByRole("heading", { name: "Join Rotation" })).toBeFocused();
  await expectAccessibleInAllLooks(page);

  await page.goto(`${builtIn.dashboardUrl}/settings/security`);
  await page.getByRole("button", { name: "Set up the second factor" }).press("Enter");
  await page.getByRole("img", { name: /^QR code/ }).waitFor();
  const secret = ((await page.getByRole("code").textContent()) ?? "").replaceAll(" ", "");
  await page.keyboard.type(codeOf(secret));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Keep these backup codes" })).toBeFocused();
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: "I have kept them" }).press("Enter");
  await page.getByRole("button", { name: "Turn off" }).press("Enter");
  await page.getByRole("alertdialog", { name: "Turn the second factor off?" }).waitFor();
  await expectAccessibleInAllLooks(page);
  await page.keyboard.press("Escape");

  await page.context().clearCookies();
  await page.getByRole("link", { name: "Members" }).press("Enter");
  await expect(page.getByRole("dialog", { name: "Sign in to go on" })).toBeVisible();
  await expectAccessibleInAllLooks(page);
});
