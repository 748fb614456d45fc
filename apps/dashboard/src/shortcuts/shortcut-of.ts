type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "defaultPrevented"> & {
  target: EventTarget | null;
};

const editable = "input, textarea, select, [contenteditable], [role=menu], [role=dialog], [role=alertdialog]";

/**
 * The key, when pressing it can be meant as a shortcut: not while somebody types or is in a menu or dialog, not together with a key
 * of the browser or the system. Escape counts everywhere but in menus and dialogs, which use it themselves.
 */
export function shortcutOf(event: KeyPress): string | undefined {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const element = target as Element | null;
  const within = (selector: string) => Boolean(element?.closest?.(selector));
  if (key === "Escape") return within("[role=menu], [role=dialog], [role=alertdialog]") ? undefined : key;
  return within(editable) ? undefined : key;
}
