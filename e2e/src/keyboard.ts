import { expect, type Locator } from "@playwright/test";

/** Goes on with Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(target: Locator): Promise<void> {
  await target.waitFor();
  const isFocused = () => target.evaluate((element) => element.matches(":focus"));
  for (let presses = 0; presses < 30 && !(await isFocused()); presses += 1) await target.page().keyboard.press("Tab");
  await expect(target).toBeFocused();
}
