import { readdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { loadConfig } from "@parley/platform/config";
import { askRaw } from "@parley/platform/testing/ask-raw";
import { afterAll, describe, expect, test } from "vitest";
import { createDashboardSite, createWidgetSite } from "./sites.ts";

const secrets = { PARLEY_SECRET: "s".repeat(32), ADMIN_TOKEN: "a".repeat(32) };
const https = {
  API_URL: "https://api.example.com",
  REALTIME_URL: "wss://realtime.example.com",
  DASHBOARD_URL: "https://app.example.com",
  WIDGET_URL: "https://widget.example.com",
};
const dashboard = await createDashboardSite(loadConfig({ ...secrets, ...https }));
const widget = await createWidgetSite(loadConfig({ ...secrets, ...https }), "pk_test");
const local = await createDashboardSite(loadConfig(secrets));
afterAll(() => Promise.all([dashboard.close(), widget.close(), local.close()]));

const connect = "connect-src 'self' https://api.example.com wss://realtime.example.com";
const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; ${connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
const common = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": expect.stringContaining("microphone=()"),
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

describe("[K5] [C10] no page of ours is framed, and none runs what is not ours", () => {
  test.each(["/", "/inbox", "/sign-in", "/nothing.js", "/.git/config"])("the dashboard at %s", async (url) => {
    const { headers } = await dashboard.inject({ url });
    expect(headers).toMatchObject({ ...common, "cross-origin-resource-policy": "same-origin" });
  });

  test.each(["/", "/parley.js", "/nothing.js"])("the widget's site at %s", async (url) => {
    const { headers } = await widget.inject({ url });
    expect(headers).toMatchObject({
      ...common,
      "cross-origin-resource-policy": "cross-origin",
      "access-control-allow-origin": "*",
    });
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
  });

  test("so has the answer to what is no request", async () => {
    for (const site of [dashboard, widget]) {
      await site.listen({ host: "127.0.0.1", port: 0 });
      const { port } = site.server.address() as AddressInfo;
      const { status, headers } = await askRaw({ host: "127.0.0.1", port }, "good morning\r\n\r\n");
      expect(status).toBe(400);
      expect(headers).toMatchObject(common);
    }
  });

  test("over http nothing is said of https", async () => {
    const { headers } = await local.inject({ url: "/" });
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*/);
  });
});

describe("[K6] what is not there", () => {
  test.each([
    "/.git/config",
    "/.env",
    "/metrics",
    "/docs",
    "/package.json",
    "/index.js.map",
    "/..%2f..%2fpackage.json",
  ])("is not given at %s", async (url) => {
    for (const site of [dashboard, widget]) {
      const answer = await site.inject({ url });
      // The dashboard is one page, whatever the path.
      if (answer.statusCode === 200) expect(answer.body).toContain('<div id="root">');
      else expect([400, 404]).toContain(answer.statusCode);
      expect(answer.body).not.toMatch(/repositoryformatversion|"dependencies"|"mappings"/);
    }
  });

  test("no source map is built", async () => {
    for (const app of ["dashboard", "widget-sdk"]) {
      const dist = fileURLToPath(new URL(`../../../apps/${app}/dist`, import.meta.url));
      const files = await readdir(dist, { recursive: true });
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    }
  });

  test("TRACE is refused", async () => {
    for (const site of [dashboard, widget]) {
      const answer = await site.inject({ method: "TRACE" as "GET", url: "/", headers: { cookie: "a=secret" } });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain("secret");
    }
  });
});
