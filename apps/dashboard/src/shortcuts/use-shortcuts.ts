import { useEffect, useEffectEvent } from "react";
import { storedSetting } from "../stored-setting.ts";
import { shortcutOf } from "./shortcut-of.ts";

/** Single letters as shortcuts can be in the way of speech input, so they can be switched off. Escape always works. */
export const letterShortcuts = storedSetting("parley.shortcuts", ["on", "off"]);

/** What the given keys do while the component is shown. A key without an action here is left to others. */
export function useShortcuts(actions: Record<string, (() => void) | undefined>): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const key = shortcutOf(event);
    const action = key && actions[key];
    if (!action || (key.length === 1 && letterShortcuts.read() === "off")) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
