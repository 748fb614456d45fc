import { storedSetting } from "./stored-setting.ts";

export type Theme = "system" | "light" | "dark";

/** `system` follows the device. */
export const theme = storedSetting<Theme>("parley.theme", ["system", "light", "dark"]);

/** Puts the chosen theme on the page, now and whenever another one is chosen. */
export function showTheme(page: HTMLElement): void {
  const show = () => {
    const chosen = theme.read();
    if (chosen === "system") delete page.dataset.theme;
    else page.dataset.theme = chosen;
  };
  show();
  theme.subscribe(show);
}
