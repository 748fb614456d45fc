import { expectAccessible } from "../src/accessible.ts";
import { expect, openDashboard, test } from "../src/fixtures.ts";

test("on a phone, the places that have no room are behind More, by keyboard as well", async ({ page, builtIn }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openDashboard(page, builtIn);
  const rail = page.getByRole("navigation", { name: "Main" });
  const settings = rail.getByRole("link", { name: "Settings" });
  await expect(settings).toBeVisible();

  await page.setViewportSize({ width: 390, height: 844 });
  await expect(settings).toBeHidden();
  await expect(rail.getByRole("link", { name: "Knowledge" })).toBeVisible();
  const more = rail.getByRole("button", { name: /^More/ });
  await more.focus();
  await page.keyboard.press("Enter");
  const place = page.getByRole("menuitem", { name: "Settings" });
  await expect(place).toBeVisible();
  await expectAccessible(page);
  await place.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\//);
  await expect(page.getByRole("menu")).toHaveCount(0);
});
