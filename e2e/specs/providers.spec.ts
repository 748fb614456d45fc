import { randomUUID } from "node:crypto";
import type { OpenIdProvider } from "@parley/auth/testing/openid-provider";
import type { Page } from "@playwright/test";
import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { signIn, signUp } from "../src/accounts.ts";
import { codeOf } from "../src/authenticator.ts";
import { expect, test } from "../src/fixtures.ts";
import { mailbox, newPerson, type Person } from "../src/mailbox.ts";

// Signing in with somebody else's word: a real OpenID provider, in a real browser.

// Each page in four looks takes its time.
test.describe.configure({ timeout: 300_000 });

const button = "Sign in with Company sign-in";

/** What a person does on the provider's own pages, however much of it they are asked. */
async function atProvider(page: Page, issuer: string, name: string): Promise<void> {
  await page.waitForURL(`${issuer}/**`);
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Somebody whom the provider knows, too. */
function knownThere(person: Person, people: OpenIdProvider["people"]) {
  const sub = randomUUID();
  people.set(sub, { email: person.email, email_verified: true, name: person.name });
  return sub;
}

const signOut = async (page: Page) => {
  await page.getByRole("button", { name: /^You ?: / }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to your workspace" }).waitFor();
};

test("who is new signs in at the provider and begins a workspace; the next time they are in it", async ({
  page,
  browser,
  withOpenId,
}) => {
  const { dashboardUrl, openId } = withOpenId;
  const ada = newPerson("Ada Byron");
  const sub = knownThere(ada, openId.people);
  await page.goto(`${dashboardUrl}/settings/members`);
  await expectAccessibleInAllLooks(page);
  await page.getByRole("button", { name: button }).focus();
  await page.keyboard.press("Enter");
  await atProvider(page, openId.issuer, sub);

  await expect(page.getByRole("heading", { name: "You are not a member of a workspace" })).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await expect(page.getByLabel("Name of the workspace")).toBeFocused();
  await page.keyboard.type("Engines");
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Main" }).waitFor();

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(`${dashboardUrl}/settings/members`);
  await other.getByRole("button", { name: button }).click();
  await atProvider(other, openId.issuer, sub);
  // Where they had wanted to go.
  await expect(other).toHaveURL(/\/settings\/members$/);
  await expect(other.getByRole("list", { name: "Members" })).toContainText("Ada Byron");
  await elsewhere.close();
});

test("who turns back at the provider is told so on the sign-in page, and tries again", async ({ page, withOpenId }) => {
  const { dashboardUrl, openId } = withOpenId;
  const sub = knownThere(newPerson("Annie Easley"), openId.people);
  await page.goto(`${dashboardUrl}/settings/members`);
  const again = page.getByRole("button", { name: button });
  await again.click();
  await page.waitForURL(`${openId.issuer}/**`);
  await page.getByRole("link", { name: "Cancel" }).press("Enter");
  await expect(page).toHaveURL(/\/sign-in\?/);
  await expect(page.getByRole("status")).toContainText("Signing in there came to nothing. Try again");
  await expectAccessibleInAllLooks(page);

  await expect(page.getByLabel("E-mail address")).toBeFocused();
  const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
  for (let stops = 0; stops < 8 && (await focused()) !== button; stops++) await page.keyboard.press("Tab");
  await expect(again).toBeFocused();
  await page.keyboard.press("Enter");
  await atProvider(page, openId.issuer, sub);
  await expect(page.getByRole("heading", { name: "You are not a member of a workspace" })).toBeVisible();
});

test("an account is linked by its owner, signs in either way, and is unlinked; nobody is let in by their address alone", async ({
  page,
  browser,
  withOpenId,
}) => {
  const { dashboardUrl, openId } = withOpenId;
  const grace = newPerson("Grace Murray");
  const sub = knownThere(grace, openId.people);
  await signUp(page, withOpenId, grace, "Compilers");
  await page.goto(`${dashboardUrl}/settings/security`);
  const ways = page.getByRole("list", { name: "Ways to sign in" });
  await expect(ways).toContainText("Not linked");

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  const tryElsewhere = async () => {
    await other.goto(`${dashboardUrl}/sign-in`);
    await other.getByRole("button", { name: button }).click();
  };
  await tryElsewhere();
  await atProvider(other, openId.issuer, sub);
  await expect(other.getByText("Signing in there came to nothing")).toBeVisible();

  await ways.getByRole("button", { name: "Link Company sign-in" }).press("Enter");
  await atProvider(page, openId.issuer, sub);
  await expect(page.getByRole("status").getByText("Company sign-in is linked")).toBeVisible();
  await mailbox(withOpenId).linkTo(grace.email, /Company sign-in can sign you in now/);
  await page.goto(`${dashboardUrl}/settings/audit-log?action=account.linked`);
  await expect(page.getByRole("list", { name: "Entries, newest first" })).toContainText("Grace Murray");

  await tryElsewhere();
  await other.getByRole("navigation", { name: "Main" }).waitFor();

  await page.goto(`${dashboardUrl}/settings/security`);
  await ways.getByRole("button", { name: "Unlink Company sign-in" }).click();
  const question = page.getByRole("alertdialog", { name: "Unlink Company sign-in?" });
  await expectAccessibleInAllLooks(page);
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(ways.getByRole("button", { name: "Unlink Company sign-in" })).toBeFocused();
  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "Unlink" }).click();
  await expect(page.getByRole("status").getByText("Company sign-in is linked no more")).toBeVisible();
  await expect(ways).toContainText("Not linked");
  await expect(other.getByText("Your session has ended")).toBeVisible();
  await tryElsewhere();
  await expect(other.getByText("Signing in there came to nothing")).toBeVisible();
  await elsewhere.close();
});

test("who has a second factor is asked for it after the provider, too", async ({ page, withOpenId }) => {
  const { dashboardUrl, openId } = withOpenId;
  const hedy = newPerson("Hedy Kiesler");
  const sub = knownThere(hedy, openId.people);
  await signUp(page, withOpenId, hedy, "Frequencies");
  await page.goto(`${dashboardUrl}/settings/security`);
  await page.getByRole("button", { name: "Link Company sign-in" }).click();
  await atProvider(page, openId.issuer, sub);
  await page.getByRole("button", { name: "Set up the second factor" }).click();
  await page.getByRole("img", { name: /^QR code/ }).waitFor();
  const secret = ((await page.getByRole("code").textContent()) ?? "").replaceAll(" ", "");
  await page.getByLabel("Code from the app").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await signOut(page);

  await page.goto(`${dashboardUrl}/settings/members`);
  await page.getByRole("button", { name: button }).click();
  await expect(page).toHaveURL(/\/sign-in\?.*step=factor/);
  const code = page.getByLabel("Code from the app");
  await expect(code).toBeFocused();
  await expectAccessibleInAllLooks(page);
  await page.keyboard.type(codeOf(secret, 1));
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  // Where they had wanted to go.
  await expect(page).toHaveURL(/\/settings\/members$/);
});

test("what a link could not do is told, and nothing has changed; without a password the only way in can't be closed", async ({
  page,
  browser,
  withOpenId,
}) => {
  const { dashboardUrl, openId } = withOpenId;
  const mary = newPerson("Mary Jackson");
  await signUp(page, withOpenId, mary, "Tunnels");
  await page.goto(`${dashboardUrl}/settings/security`);
  await page.getByRole("button", { name: "Link Company sign-in" }).click();
  await atProvider(page, openId.issuer, knownThere(newPerson("Mary Winston"), openId.people));
  await expect(page.getByRole("alert")).toContainText("is another than yours here");
  await expectAccessibleInAllLooks(page);

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  const only = newPerson("Katherine Johnson");
  const sub = knownThere(only, openId.people);
  await other.goto(`${dashboardUrl}/sign-in`);
  await other.getByRole("button", { name: button }).click();
  await atProvider(other, openId.issuer, sub);
  await other.getByLabel("Name of the workspace").fill("Orbits");
  await other.getByRole("button", { name: "Create workspace" }).click();
  await other.getByRole("navigation", { name: "Main" }).waitFor();
  await other.goto(`${dashboardUrl}/settings/security`);
  const ways = other.getByRole("list", { name: "Ways to sign in" });
  await expect(ways).toContainText("your only way in");
  await expect(ways.getByRole("button", { name: /^Unlink/ })).toHaveCount(0);
  await expect(other.getByLabel("Current password")).toHaveCount(0);
  await expectAccessibleInAllLooks(other);
  await ways.getByRole("button", { name: "Set a password" }).click();
  await expect(ways.getByRole("status")).toContainText("We sent a link");
  await other.goto(await mailbox(withOpenId).linkTo(only.email, /Choose a new password/));
  await other.getByLabel("New password", { exact: true }).fill(only.password);
  await other.getByRole("button", { name: "Save the password" }).click();
  await other.getByRole("status").getByText("Your password was changed").waitFor();
  await signIn(other, withOpenId, only);
  await other.getByRole("navigation", { name: "Main" }).waitFor();
  await other.goto(`${dashboardUrl}/settings/security`);
  await expect(ways.getByRole("button", { name: /^Unlink/ })).toBeVisible();
  await elsewhere.close();
});
