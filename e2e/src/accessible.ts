import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const looks = [
  { name: "wide, light", viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  { name: "wide, dark", viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  { name: "phone, light", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "phone, dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
] as const;

/** Breaks no rule of accessibility, and is no wider than the screen. */
export async function expectAccessible(page: Page): Promise<void> {
  // What frames say is put together in a page of its own, which takes most of the time and is needed for no page without frames.
  const isAlone = page.frames().length === 1;
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(isAlone).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  const tooWide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
  expect(tooWide, "the page is wider than the screen").toBe(false);
}

/** In all four looks, as it stands. */
export async function expectAccessibleInAllLooks(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
  }
  if (before) await page.setViewportSize(before);
}
