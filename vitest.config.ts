import { defineConfig } from "vitest/config";

const workspaces = "{apps,bench,packages,scripts,services}";
const needServices = [`${workspaces}/**/*.{integration,security}.test.ts`];
const testTimeout = 30_000;
const elsewhere = ["**/node_modules/**", "**/dist/**", "e2e/**"];

/** `unit` runs on Node alone; `integration` needs DATABASE_URL and REDIS_URL, which `node scripts/services.mjs` provides. */
export default defineConfig({
  test: {
    // A process each, since native modules do not all bear a thread; as many as a small machine has cores.
    pool: "forks",
    maxWorkers: 2,
    // A test that passes at the second try hides a fault.
    retry: 0,
    expect: { poll: { timeout: 10_000 } },
    setupFiles: ["scripts/checks/patient-waits.ts"],
    // What runs on servers: packages/client and packages/ui run in browsers. What tests run as a process or thread of its own (main.ts,
    // the command line, workers) is not counted, and stands here as not covered.
    coverage: {
      include: ["packages/{auth,contracts,core,db,platform}/src/**/*.ts", "services/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/testing/**"],
      reporter: ["text", "html"],
      thresholds: { lines: 80 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${workspaces}/**/*.test.{ts,tsx}`],
          exclude: [...elsewhere, ...needServices],
          testTimeout, // those that read a lot do so on machines that do other things as well
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: needServices,
          exclude: elsewhere,
          globalSetup: ["packages/platform/src/testing/require-services.ts", "packages/db/src/testing/global-setup.ts"],
          testTimeout,
          hookTimeout: 60_000,
          // After the unit tests, so that the two do not compete for the processor.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
