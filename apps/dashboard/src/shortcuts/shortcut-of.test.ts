import { expect, test } from "vitest";
import { shortcutOf } from "./shortcut-of.ts";

type Press = Parameters<typeof shortcutOf>[0];

/** A target within an element that the selector names. */
const within = (name: string) => ({ closest: (selector: string) => (selector.includes(name) ? {} : null) }) as never;

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  defaultPrevented: false,
  target: within("nowhere"),
  ...more,
});

test("a key that is pressed by itself is a shortcut", () => {
  expect(shortcutOf(press("j"))).toBe("j");
  expect(shortcutOf(press("?"))).toBe("?");
  expect(shortcutOf(press("j", { target: null }))).toBe("j");
});

test.each([
  { ctrlKey: true },
  { metaKey: true },
  { altKey: true },
  { isComposing: true },
  { defaultPrevented: true },
  { target: within("input") },
  { target: within("textarea") },
  { target: within("[role=menu]") },
  { target: within("[role=dialog]") },
  { target: within("[role=alertdialog]") },
])("a key is no shortcut with %j", (more) => {
  expect(shortcutOf(press("j", more))).toBeUndefined();
});

test("Escape is left to menus and dialogs, and counts everywhere else", () => {
  expect(shortcutOf(press("Escape", { target: within("textarea") }))).toBe("Escape");
  expect(shortcutOf(press("Escape", { target: within("[role=dialog]") }))).toBeUndefined();
  expect(shortcutOf(press("Escape", { target: within("[role=menu]") }))).toBeUndefined();
});
