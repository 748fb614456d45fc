import type { Page } from "@playwright/test";
import { expectAccessibleInAllLooks } from "../src/accessible.ts";
import { signUp } from "../src/accounts.ts";
import { expect, openDashboard, openShop, type Place, test } from "../src/fixtures.ts";
import { newPerson } from "../src/mailbox.ts";

// What a page counts down: to the end of the session, and to when the server takes requests again.

test.describe.configure({ timeout: 240_000 });

/** As the api's answers have them, for those that are given in its place. */
const headersOf = ({ dashboardUrl }: Place) => ({
  "access-control-allow-origin": dashboardUrl,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "retry-after",
});

/** The server's word for how long the session has, as if it had been open for longer. */
const shorten = (page: Page, place: Place, left: { idleSeconds: number; longestSeconds: number }) =>
  page.route("**/api/auth/time-left", (route) => route.fulfill({ json: left, headers: headersOf(place) }));

test("that a session ends for want of activity is told minutes ahead; whoever is there stays, by one key", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await shorten(page, builtIn, { idleSeconds: 240, longestSeconds: 20_000 });
  await page.goto(`${builtIn.dashboardUrl}/settings/profile`);
  const notice = page.getByRole("region", { name: "Your session ends soon" });
  await expect(notice.getByRole("status")).toContainText("You will be signed out soon");
  await expect(notice.getByRole("timer")).toHaveText(/^In (4:00|3:\d\d)$/);
  await expectAccessibleInAllLooks(page);

  await page.unroute("**/api/auth/time-left");
  const asked = page.waitForRequest((request) => request.url().endsWith("/api/auth/time-left"));
  await notice.getByRole("button", { name: "Stay signed in" }).press("Enter");
  expect((await asked).headers()["parley-background"], "it counts as activity").toBeUndefined();
  await expect(notice).toBeHidden();
});

test("the notice can be dismissed, and is for the longest time a notice alone; asking by itself is no activity", async ({
  page,
  builtIn,
}) => {
  await openDashboard(page, builtIn);
  await shorten(page, builtIn, { idleSeconds: 1_700, longestSeconds: 50 });
  const asked = page.waitForRequest((request) => request.url().endsWith("/api/auth/time-left"));
  await page.goto(`${builtIn.dashboardUrl}/inbox`);
  expect((await asked).headers()["parley-background"]).toBe("1");
  const notice = page.getByRole("region", { name: "Your session ends soon" });
  await expect(notice.getByRole("status")).toContainText("eight hours at most");
  await expect(notice.getByRole("alert")).toHaveText("You will be signed out in less than a minute.");
  await expect(notice.getByRole("button", { name: "Stay signed in" })).toHaveCount(0);
  await notice.getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect(notice).toBeHidden();
});

test("what is refused for the rate is counted down and done by itself, without an error", async ({ page, builtIn }) => {
  const owner = newPerson("Barbara Liskov");
  await page.clock.install();
  await signUp(page, builtIn, owner, "Substitution");
  await page.goto(`${builtIn.dashboardUrl}/settings/members`);
  let refusals = 0;
  await page.route("**/trpc/invitations.create*", async (route) => {
    if (route.request().method() !== "POST" || refusals > 0) return route.continue();
    refusals++;
    const error = { code: -32029, message: "rate.exceeded", data: { appCode: "rate.exceeded", requestId: null } };
    return route.fulfill({ status: 429, json: [{ error }], headers: { ...headersOf(builtIn), "retry-after": "40" } });
  });
  await page.getByLabel("E-mail address").fill("somebody@example.com");
  await page.keyboard.press("Enter");
  const wait = page.getByRole("region", { name: "Please wait" });
  await expect(wait.getByRole("status")).toContainText("goes on by itself");
  await expect(wait.getByRole("timer")).toHaveText(/^In (40|3\d) seconds$/);
  await expect(page.getByRole("button", { name: "Inviting…" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expectAccessibleInAllLooks(page);
  await page.clock.fastForward(41_000);
  await expect(page.getByRole("list", { name: "Pending invitations" })).toContainText("somebody@example.com");
  await expect(wait).toBeHidden();
  expect(refusals).toBe(1);
});

test("a form about the account counts down just so", async ({ page, builtIn }) => {
  await page.clock.install();
  await page.goto(`${builtIn.dashboardUrl}/sign-in`);
  let refusals = 0;
  await page.route("**/api/auth/sign-in/email", async (route) => {
    if (route.request().method() !== "POST" || refusals > 0) return route.continue();
    refusals++;
    const json = { error: { code: "rate.exceeded", message: "", requestId: "1" } };
    return route.fulfill({ status: 429, json, headers: { ...headersOf(builtIn), "retry-after": "30" } });
  });
  await page.getByLabel("E-mail address").fill("demo@example.com");
  await page.getByLabel("Password", { exact: true }).fill(builtIn.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("timer")).toHaveText(/^In (30|2\d) seconds$/);
  await expectAccessibleInAllLooks(page);
  await page.clock.fastForward(31_000);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
});

test("a visitor's message that is refused for the rate counts down, and goes out by itself", async ({
  page,
  builtIn,
}) => {
  await page.clock.install();
  const shop = await openShop(page, builtIn.shopUrl);
  let refusals = 0;
  await page.route("**/widget/v1/conversations/*/messages", async (route) => {
    if (route.request().method() !== "POST" || refusals > 0) return route.continue();
    refusals++;
    const json = { error: { code: "rate.exceeded", message: "" } };
    const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after" };
    return route.fulfill({ status: 429, json, headers: { ...headers, "retry-after": "20" } });
  });
  await shop.say("How do I add my own documents?");
  await expect(shop.chat.getByText(/^Sent in (20|1\d) s$/)).toBeVisible();
  await expectAccessibleInAllLooks(page);
  await page.clock.runFor(22_000);
  await expect(shop.answers.first()).toHaveAttribute("aria-busy", "false");
  await expect(shop.chat.getByText(/^Sent in/)).toHaveCount(0);
});
