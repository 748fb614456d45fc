import { joinAs, signUp } from "../src/accounts.ts";
import { expect, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

test("whoever is in no workspace has their account, founds a workspace where that is open to them, or signs out", async ({
  page,
  browser,
  builtIn,
}) => {
  const owner = newPerson("Sophie Germain");
  const guest = newPerson("Joseph Fourier");
  await signUp(page, builtIn, owner, "Elasticity");
  const elsewhere = await browser.newContext();
  const guestPage = await elsewhere.newPage();
  await joinAs(page, guestPage, builtIn, guest, "member");
  await guestPage.goto(`${builtIn.dashboardUrl}/settings/workspace`);
  await guestPage.getByRole("button", { name: "Leave" }).click();
  await guestPage.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();

  const heading = guestPage.getByRole("heading", { name: "You are not a member of a workspace" });
  await expect(heading).toBeVisible();
  await expect(guestPage.getByRole("main")).toContainText(guest.email);
  await guestPage.getByRole("link", { name: "Your account" }).click();
  await expect(guestPage.getByRole("heading", { name: "Profile" })).toBeVisible();
  await expect(guestPage.getByRole("link", { name: "Members" })).toHaveCount(0);
  await guestPage.getByRole("link", { name: "Security" }).click();
  await expect(guestPage.getByRole("list", { name: "Signed-in devices" })).toContainText("This device");
  await guestPage.goto(`${builtIn.dashboardUrl}/settings/members`);
  await expect(heading).toBeVisible();

  await page.close();
  const create = guestPage.getByRole("button", { name: "Create workspace" });
  await expect(create).toBeVisible();
  await builtIn.whileStopped(async () => {
    const closed = await builtIn.installation.start({ SIGN_UP: "invited" });
    try {
      await guestPage.reload();
      await expect(guestPage.getByRole("main")).toContainText("ask to be invited");
      await expect(guestPage.getByRole("button", { name: "Sign out" })).toBeVisible();
      await expect(create).toHaveCount(0);
    } finally {
      await closed.end();
    }
  });
  await guestPage.reload();
  await guestPage.getByRole("button", { name: "Sign out" }).click();
  await guestPage.getByLabel("E-mail address").fill(guest.email);
  await guestPage.getByLabel("Password", { exact: true }).fill(guest.password);
  await guestPage.getByRole("button", { name: "Sign in" }).click();
  const name = guestPage.getByLabel("Name of the workspace");
  await name.fill("!");
  await create.click();
  await expect(name).toHaveAccessibleDescription(/has a letter or digit/);
  await name.fill("Heat");
  // The answer gets lost on its way, and whoever tries again is in the workspace that is there.
  await guestPage.route("**/trpc/tenants.create**", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await create.click();
  await expect(guestPage.getByRole("alert")).toContainText("can't be reached");
  await guestPage.unroute("**/trpc/tenants.create**");
  await create.click();
  await guestPage.getByRole("button", { name: /^You ?: Joseph Fourier/ }).click();
  await expect(guestPage.getByRole("menu")).toContainText("Heat");
  await expect(guestPage.getByRole("menu")).toContainText("owner");
  await expect(guestPage.getByRole("menuitemradio", { name: "Heat" }), "one workspace, not two").toHaveCount(0);
  await elsewhere.close();
});
