import { type OpenIdProvider, startOpenIdProvider } from "@parley/auth/testing/openid-provider";
import { startFakeEmbedderServer } from "@parley/core/testing/fake-embedder-server";
import { type FakeProvider, startFakeProvider } from "@parley/core/testing/fake-provider";
import { createInstallation, createStartedInstallation } from "@parley/standalone/testing/installation";
import { type Browser, type BrowserContext, test as base, type Page } from "@playwright/test";
import { openDashboard } from "./dashboard.ts";
import { isOtherSite } from "./other-site.ts";
import { openShop } from "./shop.ts";
import { startWebSite, type WebSite } from "./web-site.ts";

type Installation = Awaited<ReturnType<typeof createInstallation>>;
export type Place = { installation: Installation; shopUrl: string; dashboardUrl: string; password: string };

export type RunningPlace = Place & {
  /** Stops the product, lets `work` do something to what it keeps, and starts it again. */
  whileStopped(work: () => Promise<unknown>): Promise<void>;
};

async function start(
  { folder }: Pick<Installation, "folder">,
  environment: Record<string, string>,
  use: (place: RunningPlace) => Promise<void>,
): Promise<void> {
  // All the people of these tests come from one address, faster than a household does.
  await using installation = await createInstallation({ RATE_LIMITS: "off", ...environment }, { copyOf: folder });
  await run(installation, {}, use);
}

async function run(
  installation: Installation,
  more: Record<string, string>,
  use: (place: RunningPlace) => Promise<void>,
) {
  let process = await installation.start(more);
  const { demoPassword } = await installation.secrets();
  const { ports, origin } = installation;
  await use({
    installation,
    shopUrl: origin,
    dashboardUrl: `http://localhost:${ports.dashboard}`,
    password: demoPassword,
    async whileStopped(work) {
      await process.end();
      try {
        await work();
      } finally {
        process = await installation.start(more);
      }
    },
  });
  await process.end();
}

/** An installation whose people can sign in elsewhere, at `openId`. */
type PlaceWithOpenId = RunningPlace & { openId: OpenIdProvider };

type Workers = {
  /** As its first start leaves it, not running: the others begin with a copy. */
  started: Installation;
  builtIn: RunningPlace;
  webSite: WebSite;
  embedderServer: Awaited<ReturnType<typeof startFakeEmbedderServer>>;
  provider: FakeProvider;
  withModel: Place;
  withOpenId: PlaceWithOpenId;
};
type Tests = { problems: string[] };

/**
 * Notes what the pages of all contexts log as an error, also of those that are opened later, until the returned function is called. Not
 * what another site's pages log: the browser tells them what they may not do.
 */
export function watchContexts(browser: Browser, problems: string[]): () => void {
  const watch = (context: BrowserContext) => {
    const note = (page: Page | null, problem: string) => {
      if (!isOtherSite(page?.url() ?? "")) problems.push(problem);
    };
    context.on("weberror", (error) => note(error.page(), String(error.error())));
    context.on("console", (message) => {
      // A refused request is logged by the browser itself; the tests that provoke one look at the page.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        note(message.page(), message.text());
      }
    });
  };
  for (const context of browser.contexts()) watch(context);
  browser.on("context", watch);
  return () => void browser.off("context", watch);
}

/**
 * The whole product, as `npm start` runs it, once with the built-in answerer and once with a model whose provider is ours. A test
 * fails when a page of whichever context logs an error or breaks its content security policy.
 */
export const test = base.extend<Tests, Workers>({
  started: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
    async ({}, use) => {
      await using installation = await createStartedInstallation();
      await use(installation);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  builtIn: [
    async ({ started, webSite, embedderServer }, use) =>
      // So that workspaces may have them.
      start(started, { FETCH_ALLOWED_HOSTS: `${webSite.host},${new URL(embedderServer.url).host}` }, use),
    { scope: "worker", timeout: 120_000 },
  ],
  webSite: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
    async ({}, use) => {
      await using site = await startWebSite();
      await use(site);
    },
    { scope: "worker" },
  ],
  embedderServer: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
    async ({}, use) => {
      const server = await startFakeEmbedderServer();
      await use(server);
      await server.close();
    },
    { scope: "worker" },
  ],
  provider: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's form
    async ({}, use) => {
      await using provider = await startFakeProvider();
      await use(provider);
    },
    { scope: "worker" },
  ],
  withModel: [
    async ({ started, provider }, use) =>
      start(
        started,
        {
          ...{ OPENAI_BASE_URL: provider.url, OPENAI_MODEL: "test-model", ANSWER_QUALITY: "best" },
          // So that a workspace may have it as well.
          FETCH_ALLOWED_HOSTS: new URL(provider.url).host,
        },
        use,
      ),
    { scope: "worker", timeout: 120_000 },
  ],
  withOpenId: [
    async ({ started }, use) => {
      await using installation = await createInstallation({ RATE_LIMITS: "off" }, { copyOf: started.folder });
      await using openId = await startOpenIdProvider({
        redirectUris: [`${installation.apiUrl}/api/auth/callback/oidc`],
      });
      const settings = {
        OIDC_ISSUER: openId.issuer,
        OIDC_CLIENT_ID: openId.client.id,
        OIDC_CLIENT_SECRET: openId.client.secret,
        OIDC_NAME: "Company sign-in",
      };
      await run(installation, settings, (place) => use({ ...place, openId }));
    },
    { scope: "worker", timeout: 120_000 },
  ],
  problems: [
    async ({ browser }, use) => {
      const problems: string[] = [];
      const stop = watchContexts(browser, problems);
      await use(problems);
      stop();
      base.expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});
export const expect = test.expect;
export { openDashboard, openShop };
