import { signIn, signUp } from "../src/accounts.ts";
import { codeOf } from "../src/authenticator.ts";
import { expect, test } from "../src/fixtures.ts";
import { tabTo } from "../src/keyboard.ts";
import { mailbox, newPerson } from "../src/mailbox.ts";

// Ways through several pages and mails, as people go them. The mails are those that the installation keeps.

test("signing up leads over a mail to a workspace of one's own", async ({ page, builtIn }) => {
  const ada = newPerson("Ada Lovelace");
  await page.goto(builtIn.dashboardUrl);
  await page.getByRole("link", { name: "Create a workspace" }).click();
  await page.getByLabel("Your name").fill(ada.name);
  await page.getByLabel("Name of the workspace").fill("Analytical Engines");
  await page.getByLabel("E-mail address").fill(ada.email);
  const password = page.getByLabel("Password", { exact: true });
  await password.fill("too short");
  await expect(page.getByText("6 more characters needed").first()).toBeVisible();
  await password.fill("lovelace analytical");
  await expect(page.getByText(/made of names that are easy to know/).first()).toBeVisible();
  await page.getByRole("button", { name: "Create workspace" }).click();
  await expect(password).toHaveAccessibleDescription(/made of names that go with your account/);
  await password.fill(ada.password);
  await expect(page.getByText("Very strong").first()).toBeVisible();
  await page.getByRole("button", { name: "Create workspace" }).click();

  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeFocused();
  await expect(page.getByRole("button", { name: /^Send again in/ })).toBeDisabled();
  const link = await mailbox(builtIn).linkTo(ada.email, /Confirm your e-mail address/);
  await page.goto(link.slice(0, -10));
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("alert"), "a link that was cut off").toContainText("is not whole");
  await page.goto(link);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.getByLabel("Password", { exact: true }).fill("not the password at all");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("not the password that you signed up with")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Confirm" }).click();

  await expect(page).toHaveURL(/\/inbox$/);
  await page.getByRole("button", { name: /^You ?: Ada Lovelace/ }).click();
  await expect(page.getByRole("menu")).toContainText("Analytical Engines");
  await expect(page.getByRole("menu")).toContainText("owner");
});

test("a forgotten password is replaced over a mail, by the keyboard alone, and everybody is signed out", async ({
  page,
  browser,
  builtIn,
}) => {
  const grace = newPerson("Grace Hopper");
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signUp(other, builtIn, grace, "Compilers");

  await page.goto(builtIn.dashboardUrl);
  await tabTo(page.getByRole("link", { name: "Forgot your password?" }));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Send the link" }).waitFor();
  await expect(page.getByLabel("E-mail address")).toBeFocused();
  await page.keyboard.type(grace.email);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeFocused();
  const link = await mailbox(builtIn).linkTo(grace.email, /Choose a new password/);
  const renewed = { ...grace, password: "nanoseconds of copper wire" };
  const choose = async () => {
    await expect(page.getByLabel("New password", { exact: true })).toBeFocused();
    await page.keyboard.type(renewed.password);
    await page.keyboard.press("Enter");
  };
  await page.goto(link.slice(0, -10));
  await choose();
  await expect(page.getByRole("alert"), "a link that was cut off").toContainText("is not whole");
  await page.goto(link);
  await choose();
  await expect(page.getByRole("status").getByText("Your password was changed")).toBeVisible();
  await expect(other.getByText("Your session has ended")).toBeVisible();
  await elsewhere.close();

  await signIn(page, builtIn, grace);
  await expect(page.getByRole("alert")).toContainText("E-mail address or password is wrong");
  await signIn(page, builtIn, renewed);
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await page.goto(link);
  await choose();
  await expect(page.getByRole("alert")).toContainText("used before");
  await tabTo(page.getByRole("link", { name: "Have another link sent" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
});

test("who is invited and new here signs up, joins, and is removed again", async ({ page, browser, builtIn }) => {
  const owner = newPerson("Mary Shelley");
  const guest = newPerson("Percy Bysshe");
  await signUp(page, builtIn, owner, "Villa Diodati");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Members" }).click();
  // Until it is there, the page before it has a field of that name, too.
  await page.getByRole("button", { name: "Invite" }).waitFor();
  await page.getByLabel("E-mail address").fill(guest.email);
  await page.getByLabel("Role").selectOption("Viewer");
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByRole("list", { name: "Pending invitations" })).toContainText(guest.email);
  const invitation = await mailbox(builtIn).linkTo(guest.email, /invites you to Villa Diodati/);

  const elsewhere = await browser.newContext();
  const guestPage = await elsewhere.newPage();
  await guestPage.goto(invitation);
  await expect(guestPage.getByRole("heading", { name: "Join Villa Diodati" })).toBeFocused();
  await guestPage.getByRole("link", { name: "I am new here" }).click();
  await expect(guestPage.getByLabel("Name of the workspace")).toHaveCount(0);
  await guestPage.getByLabel("Your name").fill(guest.name);
  await guestPage.getByLabel("E-mail address").fill(guest.email);
  await guestPage.getByLabel("Password", { exact: true }).fill(guest.password);
  await guestPage.getByRole("button", { name: "Create account" }).click();
  await guestPage.getByRole("heading", { name: "Check your mail" }).waitFor();
  await guestPage.goto(await mailbox(builtIn).linkTo(guest.email, /Confirm your e-mail address/));
  await guestPage.getByLabel("Password", { exact: true }).fill(guest.password);
  await guestPage.getByRole("button", { name: "Confirm" }).click();
  await guestPage.getByRole("button", { name: "Join the workspace" }).click();
  await guestPage.getByRole("button", { name: /^You ?: Percy Bysshe/ }).click();
  await expect(guestPage.getByRole("menu")).toContainText("Villa Diodati");
  await expect(guestPage.getByRole("menu")).toContainText("viewer");

  await page.reload();
  await page.getByRole("button", { name: "Remove Percy Bysshe" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("list", { name: "Members" }).getByRole("listitem")).toHaveCount(1);
  // Nobody touches the guest's page.
  await expect(guestPage.getByText("You are not a member of a workspace")).toBeVisible();
  await guestPage.goto(invitation);
  await expect(guestPage.getByRole("heading", { name: "This invitation does not work" })).toBeVisible();
  await elsewhere.close();
});

test("an invitation is for one address; with the right one it leads to a second workspace, and back", async ({
  page,
  browser,
  builtIn,
}) => {
  const owner = newPerson("Rosalind Franklin");
  const guest = newPerson("Dorothy Hodgkin");
  await signUp(page, builtIn, owner, "Fibre Diffraction");
  const elsewhere = await browser.newContext();
  const guestPage = await elsewhere.newPage();
  await signUp(guestPage, builtIn, guest, "Crystals");
  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByLabel("E-mail address").fill(guest.email);
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByRole("list", { name: "Pending invitations" })).toContainText(guest.email);
  const invitation = await mailbox(builtIn).linkTo(guest.email, /invites you/);

  await page.goto(invitation);
  await page.getByRole("button", { name: "Join the workspace" }).click();
  await expect(page.getByRole("alert")).toContainText("for another address");
  await guestPage.goto(invitation);
  await guestPage.getByRole("button", { name: "Join the workspace" }).click();
  const menu = guestPage.getByRole("menu");
  await guestPage.getByRole("button", { name: /^You ?: / }).click();
  await expect(menu.getByRole("menuitemradio", { name: "Fibre Diffraction" })).toBeChecked();
  await menu.getByRole("menuitemradio", { name: "Crystals" }).click();
  await guestPage.getByRole("button", { name: /^You ?: / }).click();
  await expect(menu.getByRole("menuitemradio", { name: "Crystals" })).toBeChecked();
  await elsewhere.close();
});

test("a second factor is set up, and asked for at the next sign-in; a backup code does as well, once", async ({
  page,
  builtIn,
}) => {
  const hedy = newPerson("Hedy Lamarr");
  await signUp(page, builtIn, hedy, "Frequency Hopping");
  await page.goto(`${builtIn.dashboardUrl}/settings/security`);
  await page.getByRole("button", { name: "Set up the second factor" }).click();
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  const secret = ((await page.getByRole("code").textContent()) ?? "").replaceAll(" ", "");
  const code = page.getByLabel("Code from the app");
  await code.fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(code).toHaveAccessibleDescription(/The code is wrong/);
  const usedCode = codeOf(secret);
  await code.fill(usedCode);
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { name: "Keep these backup codes" })).toBeFocused();
  const [backupCode] = await page.getByRole("list", { name: "Backup codes" }).getByRole("listitem").allTextContents();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText(/backup codes are left/)).toBeVisible();

  const signOut = async () => {
    await page.getByRole("button", { name: /^You ?: / }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to your workspace" }).waitFor();
  };
  await signOut();
  await signIn(page, builtIn, hedy);
  await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
  await code.fill(usedCode);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(code, "it was used when it was set up").toHaveAccessibleDescription(/used before/);
  await code.fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();

  await signOut();
  await signIn(page, builtIn, hedy);
  await tabTo(page.getByRole("button", { name: "Use a backup code instead" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Backup code")).toBeFocused();
  await page.keyboard.type(backupCode ?? "");
  await tabTo(page.getByLabel(/^Trust this device/));
  await page.keyboard.press("Space");
  await tabTo(page.getByRole("button", { name: "Go on" }));
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await signOut();
  await signIn(page, builtIn, hedy);
  await page.getByRole("navigation", { name: "Main" }).waitFor();

  // The phone and the list of codes are lost: whoever runs the installation lets them in.
  const command = builtIn.installation.parley("accounts", "reset-factor", hedy.email);
  expect(await command.exited, command.output()).toBe(0);
  await mailbox(builtIn).linkTo(hedy.email, /Your second factor was taken away/);
  await page.goto(`${builtIn.dashboardUrl}/inbox`);
  await page.getByRole("heading", { name: "Sign in to your workspace" }).waitFor();
  await signIn(page, builtIn, hedy);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.goto(`${builtIn.dashboardUrl}/settings/audit-log`);
  const entry = page.getByRole("list", { name: "Entries, newest first" }).getByRole("listitem");
  await expect(entry.filter({ hasText: "Second factor taken away" })).toContainText("The operator");
});
