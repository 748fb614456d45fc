/**
 * Goes to a path of this app with a page that is loaded anew, which remembers nothing of what this one has held: another person, or
 * the same one in another workspace, is shown nothing of it.
 *
 * @returns never: whoever waits for it is still busy when the page goes
 */
export function beginAnew(path: string): Promise<never> {
  location.replace(path);
  return new Promise(() => {});
}

/** A page that the browser has kept whole, and shows again when somebody goes back to it, begins anew, too. */
export function watchReturn(page: Pick<Window, "addEventListener">): void {
  page.addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}
