import { randomUUID } from "node:crypto";
import { openedWithoutCookie } from "@parley/api/csrf-guard";
import { postedRoutes } from "@parley/api/testing/posted-routes";
import { procedures } from "@parley/core/testing/procedures";
import { type IdKind, sampleInput } from "@parley/core/testing/sample-input";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, openDashboard, openShop, type Place, test } from "../src/fixtures.ts";
import { startOtherSite } from "../src/other-site.ts";

// A member is signed in, and opens another site's page in the same browser. `127.0.0.1` is another site than `localhost`; another port of
// `localhost` is another origin of the same site, as a sibling host is: there the browser sends the cookie along, and the server alone
// is left to refuse.
const hosts = ["127.0.0.1", "localhost"] as const;

/** A member with a conversation that the assistant has, and another site's page beside it. */
async function lure(browser: Browser, place: Place) {
  const context = await browser.newContext();
  const shop = await openShop(await context.newPage(), place.shopUrl);
  await shop.say("Is anybody there?");
  await expect(shop.answers).toHaveCount(1);
  const conversationId = await shop.conversationId();
  const dashboard = await openDashboard(await context.newPage(), place);
  const { apiUrl } = place.installation;
  const conversation = async () => {
    const input = encodeURIComponent(JSON.stringify({ conversationId }));
    const answer = await context.request.get(`${apiUrl}/trpc/conversations.get?input=${input}`);
    return (await answer.json()).result.data;
  };
  const status = async () => (await conversation()).status;
  // What the assistant says is shown before it is stored.
  await expect.poll(async () => (await conversation()).lastSeq).toBe(2);
  return { context, dashboard, conversationId, apiUrl, status, page: await context.newPage() };
}

/** What the api answered to requests of the page. */
function watch(page: Page, apiUrl: string) {
  const answers: { path: string; status: number }[] = [];
  page.on("response", (response) => {
    if (!response.url().startsWith(apiUrl)) return;
    answers.push({ path: new URL(response.url()).pathname, status: response.status() });
  });
  return answers;
}

/** What the api answered to the page's fetches, also where the browser keeps it from the page: of that Playwright does not tell. */
async function watchFetches(page: Page, apiUrl: string) {
  const session = await page.context().newCDPSession(page);
  const asked = new Map<string, { method: string; path: string }>();
  const answered: { requestId: string; status: number }[] = [];
  const withCookie = new Set<string>();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    const { origin, pathname: path } = new URL(request.url);
    if (origin === apiUrl) asked.set(requestId, { method: request.method, path });
  });
  session.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => {
    const cookie = Object.entries(headers).find(([name]) => name.toLowerCase() === "cookie")?.[1] ?? "";
    if (cookie.includes("session_token")) withCookie.add(requestId);
  });
  session.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode: status }) => {
    answered.push({ requestId, status });
  });
  await session.send("Network.enable");
  return () =>
    answered.flatMap(({ requestId, status }) => {
      const request = asked.get(requestId);
      return request ? [{ ...request, status, cookie: withCookie.has(requestId) }] : [];
    });
}

const sessionCookies = async (context: BrowserContext) =>
  (await context.cookies()).filter(({ name }) => name.endsWith("session_token")).map(({ value }) => value);

type Form = { url: string; type: string; fields: Record<string, string> };

/** Posts the forms, each in a frame, as a page can without being asked. */
const postForms = (forms: readonly Form[]) => `
  document.body.replaceChildren();
  Promise.all(${JSON.stringify(forms)}.map(({ url, type, fields }, index) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.name = "f" + index + Math.random();
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: url, enctype: type, target: frame.name });
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    frame.addEventListener("load", resolve);
    form.submit();
  }))).then(() => {})`;

const forms = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/** A form whose plain text is the body as JSON, with a field more. */
const asForm = (body: object): Form["fields"] => {
  const before = JSON.stringify({ ...body, x: "" });
  return { [before.slice(0, -2)]: before.slice(-2) };
};

/** Every procedure that changes something and every other route that takes a POST, about what is the member's. */
function targetsOf(ids: Partial<Record<IdKind, string>>) {
  const mutations = procedures.filter(({ type }) => type === "mutation");
  const procedureTargets = mutations.map(({ path, inputs: [input] }) => ({
    path: `/trpc/${path}`,
    body: (input ? sampleInput(input, ({ kind }) => ids[kind] ?? randomUUID()) : {}) as object,
    isGuarded: true,
  }));
  const routeTargets = postedRoutes.map((route) => ({
    path: route.replace(":conversationId", ids.ConversationId ?? "").replace(":slug", "demo"),
    body: {},
    // Others are opened by what no other site has, and say so: a token or a key, and an origin.
    isGuarded: !Object.hasOwn(openedWithoutCookie, `POST ${route}`),
  }));
  return [...procedureTargets, ...routeTargets];
}

/** What the member sees of the workspace and the account, but for the log of refusals, which is to grow. */
async function everything(context: BrowserContext, apiUrl: string, ids: Partial<Record<IdKind, string>>) {
  const seen: Record<string, unknown> = {};
  for (const { path, type, inputs } of procedures) {
    if (type !== "query" || path.startsWith("audit.")) continue;
    const [schema] = inputs;
    const input = schema ? sampleInput(schema, ({ kind }) => ids[kind] ?? "00000000-0000-4000-8000-000000000000") : {};
    const answer = await context.request.get(
      `${apiUrl}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
    );
    seen[path] = (await answer.json()).result?.data ?? answer.status();
  }
  for (const path of ["factor", "links"]) {
    seen[path] = await (await context.request.get(`${apiUrl}/api/auth/${path}`)).json();
  }
  const { devices } = await (await context.request.get(`${apiUrl}/api/auth/devices`)).json();
  return { ...seen, devices: devices.map(({ id }: { id: string }) => id), cookies: await sessionCookies(context) };
}

for (const host of hosts) {
  test(`[C1 + control] no form and no request of a page on ${host} changes anything, whatever is asked for, and the dashboard's own button does`, async ({
    browser,
    builtIn,
  }) => {
    await using site = await startOtherSite();
    const { context, dashboard, conversationId, apiUrl, status, page } = await lure(browser, builtIn);
    const me = await (await context.request.get(`${apiUrl}/trpc/session.me`)).json();
    const { tenant, member, user } = me.result.data;
    const ids = { TenantId: tenant.id, MemberId: member.id, UserId: user.id, ConversationId: conversationId };
    const targets = targetsOf(ids);
    expect(targets.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/trpc/conversations.takeOver", "/api/auth/sign-out", "/api/audit-log/export"]),
    );
    const before = await everything(context, apiUrl, ids);
    const answers = watch(page, apiUrl);
    await page.goto(site.on(host));

    for (const type of forms) {
      await page.evaluate(
        postForms(targets.map(({ path, body }) => ({ url: `${apiUrl}${path}`, type, fields: asForm(body) }))),
      );
      await expect.poll(() => answers.length).toBe(targets.length);
      const posted = Map.groupBy(answers.splice(0), ({ path }) => path);
      for (const { path, isGuarded } of targets) {
        const [answer, ...others] = posted.get(path) ?? [];
        expect(others, `${type} to ${path}`).toEqual([]);
        expect(isGuarded ? [415] : [401, 403, 415], `${type} to ${path}`).toContain(answer?.status);
      }
    }

    const fetched = await watchFetches(page, apiUrl);
    const simple = [
      { mode: "no-cors", headers: { "content-type": "text/plain" } },
      { mode: "no-cors", headers: { "content-type": "application/x-www-form-urlencoded" } },
      { mode: "cors", headers: { "content-type": "text/plain" } },
    ];
    const asksFirst = [
      { mode: "cors", headers: { "content-type": "application/json" } },
      { mode: "cors", headers: { "content-type": "application/json", "x-csrf-token": "a" } },
    ];
    const requests = targets.flatMap(({ path, body }) =>
      [...simple, ...asksFirst].map((attempt) => ({
        url: `${apiUrl}${path}`,
        init: { ...attempt, method: "POST", credentials: "include", body: JSON.stringify(body) },
      })),
    );
    const read = await page.evaluate<string[]>(
      `Promise.all(${JSON.stringify(requests)}.map(({ url, init }) =>
        fetch(url, init).then((r) => r.type + " " + r.status, () => "refused")))`,
    );
    expect(
      read.filter((answer) => answer !== "refused" && answer !== "opaque 0"),
      "nothing of an answer is read",
    ).toEqual([]);
    // The browser asks first whether it may send JSON, and is not let.
    const posts = () => fetched().filter(({ method }) => method === "POST");
    await expect.poll(() => posts().length).toBe(simple.length * targets.length);
    for (const { path, status, cookie } of posts()) {
      expect(cookie, "the browser sends it along within a site").toBe(host === "localhost");
      const isGuarded = targets.find((target) => target.path === path)?.isGuarded;
      expect(isGuarded ? [415] : [401, 403, 415], `fetch of ${path}`).toContain(status);
    }
    const token = await page.evaluate<string>(
      `fetch(${JSON.stringify(`${apiUrl}/api/csrf`)}, { credentials: "include" }).then((r) => r.text(), () => "refused")`,
    );
    expect(token, "no other page reads a token").toBe("refused");
    expect(await everything(context, apiUrl, ids)).toEqual(before);
    expect(await status()).toBe("pending");

    await dashboard.open(conversationId);
    await dashboard.takeOver().click();
    await expect.poll(status).toBe("open");
    expect(await everything(context, apiUrl, ids)).not.toEqual(before);
    await context.close();
  });

  test(`[C4] a page on ${host} signs nobody in or out`, async ({ browser, builtIn }) => {
    await using site = await startOtherSite();
    const { context, apiUrl, page } = await lure(browser, builtIn);
    const before = await sessionCookies(context);
    expect(before).toHaveLength(1);
    const answers = watch(page, apiUrl);
    await page.goto(site.on(host));
    const credentials = { email: "demo@example.com", password: builtIn.password };
    for (const type of forms) {
      await page.evaluate(
        postForms([
          { url: `${apiUrl}/api/auth/sign-in/email`, type, fields: credentials },
          { url: `${apiUrl}/api/auth/sign-out`, type, fields: { a: "b" } },
        ]),
      );
    }
    await expect.poll(() => answers.map(({ status }) => status)).toEqual(Array(6).fill(415));
    expect(await sessionCookies(context)).toEqual(before);
    const me = await context.request.get(`${apiUrl}/trpc/session.me`);
    expect(me.status()).toBe(200);
    await context.close();
  });

  test(`[C7] a page on ${host} hears nothing through a socket`, async ({ browser, builtIn }) => {
    await using site = await startOtherSite();
    const { context, page } = await lure(browser, builtIn);
    await page.goto(site.on(host));
    const heard = await page.evaluate<string[]>(`
      new Promise((resolve) => {
        const heard = [];
        const socket = new WebSocket("ws://localhost:${builtIn.installation.ports.realtime}");
        socket.onmessage = ({ data }) => heard.push(JSON.parse(data).type);
        socket.onopen = () => socket.send(JSON.stringify({ type: "authenticate", token: "a.b.c" }));
        socket.onclose = () => resolve(heard);
      })`);
    expect(heard.filter((type) => type !== "error")).toEqual([]);
    await context.close();
  });

  test(`[C9] a page on ${host} starts no visit, and the widget says so there`, async ({ browser, builtIn }) => {
    await using site = await startOtherSite();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(site.on(host));
    const publishableKey = await builtIn.installation.publishableKey();
    const url = `${builtIn.installation.apiUrl}/widget/v1/visits`;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ publishableKey }),
    };
    const read = await page.evaluate(
      `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(async (r) => [r.status, (await r.json()).error.code])`,
    );
    expect(read).toEqual([403, "origin.not_allowed"]);
    const withCookies = await page.evaluate(
      `fetch(${JSON.stringify(url)}, ${JSON.stringify({ ...init, credentials: "include" })}).then(() => "read", () => "refused")`,
    );
    expect(withCookies, "no answer is readable with cookies").toBe("refused");
    await context.close();
  });

  test(`[C10 + control] a page on ${host} frames neither the dashboard nor the demo page nor the api`, async ({
    browser,
    builtIn,
  }) => {
    await using site = await startOtherSite();
    const { context, page, apiUrl } = await lure(browser, builtIn);
    await page.goto(site.on(host));
    const framed = () => page.frames().find((frame) => frame !== page.mainFrame());
    const own = `${site.on(host)}framed`;
    for (const url of [builtIn.dashboardUrl, builtIn.shopUrl, `${apiUrl}/healthz`, own]) {
      await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.addEventListener("load", resolve);
        frame.src = ${JSON.stringify(url)};
        document.body.replaceChildren(frame);
      })`);
      // The frame has loaded before the browser says where it has come to. What may be framed is.
      await expect.poll(() => framed()?.url(), { message: url }).toMatch(url === own ? own : /^chrome-error:/);
    }
    await context.close();
  });
}
