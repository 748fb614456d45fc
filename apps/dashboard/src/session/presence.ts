/** So long after somebody touched the page, what it asks the api for is still their doing, in milliseconds. */
const attendedMs = 15_000;

let touchedAtMs = Date.now();
let askedAtMs = Date.now();

/** Notes when somebody touches the page; and does so as long as the page is there. */
export function watchPresence(page: Pick<EventTarget, "addEventListener">): void {
  const note = () => {
    touchedAtMs = Date.now();
  };
  // `click` and `input` for who works by voice or with a screen reader, which make no others. Not `focusin`: pages move the focus, too.
  for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove", "click", "input"]) {
    page.addEventListener(event, note, { passive: true, capture: true });
  }
}

/**
 * For every request: what the page asks by itself, with nobody there, must not keep the session alive. The header says so to the api.
 *
 * @param by who causes the request; by default somebody who has touched the page lately
 */
export function presenceHeaders(by?: "person" | "page", nowMs = Date.now()): Record<string, string> {
  if (by === "page" || (!by && nowMs - touchedAtMs >= attendedMs)) return { "parley-background": "1" };
  askedAtMs = nowMs;
  return {};
}

/** When somebody last touched the page, and when the api last heard of it. */
export function lastPresence(): { touchedAtMs: number; askedAtMs: number } {
  return { touchedAtMs, askedAtMs };
}
