/** Playwright's global setup: without this it would ask for a browser of its own. */
export default function requireBrowser(): void {
  if (process.env.CHROMIUM_PATH) return;
  throw new Error("CHROMIUM_PATH must name a Chromium or Chrome. `./pnpm test:e2e` finds one, and sets it.");
}
