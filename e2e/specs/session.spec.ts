import type { Page, WebSocket } from "@playwright/test";
import { joinAs, signIn, signUp } from "../src/accounts.ts";
import { expect, openDashboard, openShop, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

// Whose page it is, and in which workspace, however that comes to change.

test("a session that ends when the page was idle for long is covered all the same, and nothing that was typed is lost", async ({
  page,
  context,
  builtIn,
}) => {
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  await shop.say("Is somebody there?");
  await expect(shop.answers).toHaveCount(1);
  await page.clock.install();
  const dashboard = await openDashboard(page, builtIn);
  await dashboard.open(await shop.conversationId());
  await dashboard.takeOver().click();
  const reply = page.getByRole("textbox", { name: /^Reply to/ });
  await reply.fill("Half a sentence");
  await page.clock.fastForward("06:00");
  await context.clearCookies();
  // Something new comes, and what is shown is fetched again.
  await shop.say("Hello?");
  const cover = page.getByRole("dialog", { name: "Sign in to go on" });
  await expect(cover.getByText("Your session has ended")).toBeVisible();
  await cover.getByLabel("Password", { exact: true }).fill(builtIn.password);
  await cover.getByRole("button", { name: "Sign in" }).click();
  await expect(cover).toBeHidden();
  await expect(reply).toHaveValue("Half a sentence");
});

test("whoever signs in after somebody else sees nothing of what the page has held", async ({
  page,
  context,
  builtIn,
}) => {
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  await shop.say("Is somebody there?");
  await expect(shop.answers).toHaveCount(1);
  const dashboard = await openDashboard(page, builtIn);
  await dashboard.open(await shop.conversationId());
  await dashboard.takeOver().click();
  await page.getByRole("textbox", { name: /^Reply to/ }).fill("Half a sentence");
  await page.evaluate("window.isSamePage = true");
  await context.clearCookies();
  await shop.say("Hello?");
  const cover = page.getByRole("dialog", { name: "Sign in to go on" });
  // By way of another page, as somebody else does who finds the browser so.
  await cover.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("link", { name: "Back to sign-in" }).click();

  const elsewhere = await context.browser()?.newContext();
  const guest = newPerson("Emmy Noether");
  await signUp(await (elsewhere ?? context).newPage(), builtIn, guest, "Symmetries");
  await elsewhere?.close();
  await page.getByLabel("E-mail address").fill(guest.email);
  await page.getByLabel("Password", { exact: true }).fill(guest.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: /^You ?: Emmy Noether/ })).toBeVisible();
  await expect(cover).toBeHidden();
  expect(await page.evaluate("window.isSamePage"), "the page began anew").toBeUndefined();
});

test("whoever was removed leaves the page, also when it did not hear of it", async ({ page, browser, builtIn }) => {
  const owner = newPerson("Lise Meitner");
  const guest = newPerson("Otto Frisch");
  await signUp(page, builtIn, owner, "Fission");
  const elsewhere = await browser.newContext();
  const guestPage = await elsewhere.newPage();
  await guestPage.routeWebSocket(/.*/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      if (!String(frame).includes('"member.removed"')) socket.send(frame);
    });
  });
  await joinAs(page, guestPage, builtIn, guest, "member");
  await expect(guestPage.getByRole("button", { name: /^You ?: Otto Frisch/ })).toBeVisible();

  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByRole("button", { name: "Remove Otto Frisch" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(guestPage.getByText("You are not a member of a workspace")).toBeVisible();
  await elsewhere.close();
});

test("another role, given while the page was cut off, shows as soon as it is connected again", async ({
  page,
  browser,
  builtIn,
}) => {
  const owner = newPerson("Barbara Liskov");
  const guest = newPerson("Alan Snyder");
  await signUp(page, builtIn, owner, "Clusters");
  const elsewhere = await browser.newContext();
  const guestPage = await elsewhere.newPage();
  const sockets: { close(): Promise<void> }[] = [];
  await guestPage.routeWebSocket(/.*/, (socket) => {
    sockets.push(socket);
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      if (!String(frame).includes('"member.changed"')) socket.send(frame);
    });
  });
  await joinAs(page, guestPage, builtIn, guest, "member");
  await guestPage.getByRole("link", { name: "Settings" }).click();
  await expect(guestPage.getByRole("link", { name: "Members" })).toBeVisible();
  await expect(guestPage.getByRole("link", { name: "API keys" })).toHaveCount(0);

  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByLabel("Role of Alan Snyder").selectOption("Admin");
  await expect(page.getByRole("status").getByText("has the role Admin now")).toBeAttached();
  expect(sockets).not.toEqual([]);
  await expect(guestPage.getByRole("link", { name: "API keys" }), "the page has not heard of it").toHaveCount(0);
  for (const socket of sockets) await socket.close();
  await expect(guestPage.getByRole("link", { name: "API keys" })).toBeVisible();
  await elsewhere.close();
});

test("what was cancelled is not done when the server's pause is over", async ({ page, builtIn }) => {
  await page.clock.install();
  await openDashboard(page, builtIn);
  await page.goto(`${builtIn.dashboardUrl}/settings/security`);
  let asked = 0;
  await page.route("**/api/auth/devices/revoke-all", async (route) => {
    asked++;
    await route.fulfill({
      status: 429,
      headers: {
        "retry-after": "30",
        "access-control-allow-origin": builtIn.dashboardUrl,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "retry-after",
      },
      json: { error: { code: "rate.exceeded" } },
    });
  });
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  const question = page.getByRole("alertdialog", { name: "Sign out everywhere?" });
  await question.getByRole("button", { name: "Sign out" }).click();
  await expect(question.getByText("It is tried again by itself")).toBeVisible();
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await page.clock.fastForward("01:00");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(question.getByText("It is tried again by itself")).toHaveCount(0);
  expect(asked).toBe(1);
});

test("who can't be shown what follows a sign-in is told so", async ({ page, context, builtIn }) => {
  await openDashboard(page, builtIn);
  await context.clearCookies();
  const shop = await openShop(await context.newPage(), builtIn.shopUrl);
  await shop.say("Is somebody there?");
  const cover = page.getByRole("dialog", { name: "Sign in to go on" });
  await cover.getByLabel("Password", { exact: true }).fill(builtIn.password);
  await page.route("**/trpc/session.me**", (route) => route.abort());
  await cover.getByRole("button", { name: "Sign in" }).click();
  await expect(cover.getByRole("alert")).toContainText("This was done, but the page could not go on");
});

test("an owner hands the workspace over, and is an admin from then on", async ({ page, browser, builtIn }) => {
  const owner = newPerson("Lea Goldberg");
  const heir = newPerson("Dan Pagis");
  await signUp(page, builtIn, owner, "Verse");
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await joinAs(page, other, builtIn, heir, "member");
  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  await page.getByRole("button", { name: "Hand over to Dan Pagis" }).click();
  const question = page.getByRole("alertdialog", { name: "Hand Verse over to Dan Pagis?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Hand over to Dan Pagis" }).click();
  // What happened is heard of before the answer comes, and the row has no such button any more.
  await page.route("**/trpc/members.transferOwnership*", async (route) => {
    const response = await route.fetch();
    await expect(question).toBeHidden();
    await route.fulfill({ response });
  });
  await question.getByRole("button", { name: "Hand over" }).click();
  await expect(page.getByRole("status").getByText("Dan Pagis is an owner now")).toBeAttached();
  await expect(question).toBeHidden();
  const members = page.getByRole("list", { name: "Members" }).getByRole("listitem");
  await expect(members.filter({ hasText: "Dan Pagis" })).toContainText("Owner");
  await expect(members.filter({ hasText: "(you)" })).toContainText("Admin");
  await expect(page.getByRole("button", { name: /^Hand over/ })).toHaveCount(0);
  await elsewhere.close();
});

test("who was removed is told, also when it is heard of before the answer comes", async ({
  page,
  browser,
  builtIn,
}) => {
  await signUp(page, builtIn, newPerson("Else Lasker"), "Ballads");
  const elsewhere = await browser.newContext();
  await joinAs(page, await elsewhere.newPage(), builtIn, newPerson("Georg Trakl"), "member");
  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  const question = page.getByRole("alertdialog", { name: "Remove Georg Trakl?" });
  await page.route("**/trpc/members.remove*", async (route) => {
    const response = await route.fetch();
    // It is part of the row.
    await expect(question).toBeHidden();
    await route.fulfill({ response });
  });
  await page.getByRole("button", { name: "Remove Georg Trakl" }).click();
  await question.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("status").getByText("Georg Trakl was removed")).toBeAttached();
  await elsewhere.close();
});

test("where somebody else signs in on another page of the browser, this one becomes theirs", async ({
  page,
  browser,
  context,
  builtIn,
}) => {
  const guest = newPerson("Ida Rhodes");
  const elsewhere = await browser.newContext();
  await signUp(await elsewhere.newPage(), builtIn, guest, "Standards");
  await elsewhere.close();
  await openDashboard(page, builtIn);
  const other = await context.newPage();
  await signIn(other, builtIn, guest);
  await expect(page.getByRole("button", { name: /^You ?: Ida Rhodes/ })).toBeVisible();
  await other.getByRole("button", { name: /^You ?: / }).click();
  await other.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog", { name: "Sign in to go on" })).toBeVisible();
});

/** Somebody comes back to the page from another tab. */
const lookAgain = (page: Page) => page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");

test("a page that is covered goes on as soon as the same person has signed in again in another, and asks for nothing else until then", async ({
  page,
  context,
  browser,
  builtIn,
}) => {
  const elsewhere = await browser.newContext();
  const shop = await openShop(await elsewhere.newPage(), builtIn.shopUrl);
  await shop.say("Is somebody there?");
  await expect(shop.answers).toHaveCount(1);
  const sockets: WebSocket[] = [];
  page.on("websocket", (socket) => void sockets.push(socket));
  const dashboard = await openDashboard(page, builtIn);
  await dashboard.open(await shop.conversationId());
  await dashboard.takeOver().click();
  const reply = page.getByRole("textbox", { name: /^Reply to/ });
  await reply.fill("Half a sentence");
  const other = await context.newPage();
  await other.goto(`${builtIn.dashboardUrl}/inbox`);
  await other.getByRole("navigation", { name: "Main" }).waitFor();
  await context.clearCookies();
  await shop.say("Hello?");
  const cover = { name: "Sign in to go on" };
  await expect(page.getByRole("dialog", cover)).toBeVisible();
  await expect(other.getByRole("dialog", cover)).toBeVisible();
  await expect.poll(() => sockets.every((socket) => socket.isClosed())).toBe(true);
  expect(sockets).not.toEqual([]);
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  const looked = page.waitForResponse(/session\.me/);
  await lookAgain(page);
  await looked;
  await expect(page.getByRole("dialog", cover)).toBeVisible();
  expect(asked, "who looks at it again may be signed in again: nothing else is asked").toEqual(["/trpc/session.me"]);
  await other.getByLabel("Password", { exact: true }).fill(builtIn.password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("dialog", cover)).toBeHidden();
  await expect(page.getByRole("dialog", cover)).toBeHidden();
  await expect(reply).toHaveValue("Half a sentence");
  await elsewhere.close();
});

test("a page that is covered and has not heard of the sign-in in another goes on when it is looked at again", async ({
  page,
  context,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await context.clearCookies();
  await page.getByRole("link", { name: "Mine" }).click();
  const cover = page.getByRole("dialog", { name: "Sign in to go on" });
  await expect(cover).toBeVisible();
  const other = await context.newPage();
  await other.addInitScript({ content: "BroadcastChannel.prototype.postMessage = () => {}" });
  await signIn(other, builtIn, { email: "demo@example.com", password: builtIn.password });
  await other.getByRole("navigation").first().waitFor();
  await expect(cover).toBeVisible();
  await lookAgain(page);
  await expect(cover).toBeHidden();
});
