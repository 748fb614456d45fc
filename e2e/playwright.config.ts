import { defineConfig } from "@playwright/test";

// `./pnpm test:e2e` finds the browser and builds the apps; the tests start the product themselves (src/fixtures.ts).
const browser = process.env.CHROMIUM_PATH;

export default defineConfig({
  testDir: "specs",
  globalSetup: "./src/require-browser.ts",
  outputDir: "../test-results/e2e",
  // One product serves all tests, on a machine of two cores. A test that passes at the second try hides a fault.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    locale: "en-GB",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(browser && { executablePath: browser }),
      // The browser calls nobody by itself: neither its maker nor anything else outside.
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
