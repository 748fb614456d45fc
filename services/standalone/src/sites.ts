import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { Config } from "@parley/platform/config";
import { answerUnreadable } from "@parley/platform/raw-answer";
import { securityHeaders } from "@parley/platform/security-headers";
import Fastify, { type FastifyInstance } from "fastify";

const apps = fileURLToPath(new URL("../../../apps", import.meta.url));

/** A page whose `__NAME__` places are filled in when it is served. */
async function page(file: string, values: Record<string, string>): Promise<string> {
  const html = await readFile(file, "utf8");
  return html.replace(/__([A-Z_]+)__/g, (place, name: string) => values[name] ?? place);
}

/** A server whose answers have the headers, whatever they are. */
function createSite(headers: Record<string, string>): FastifyInstance {
  const site = Fastify({ return503OnClosing: false, clientErrorHandler: answerUnreadable({ headers }) });
  site.addHook("onRequest", async (_request, reply) => {
    reply.headers(headers);
  });
  return site;
}

/** The dashboard, as it was built: one page whatever the path, and its files. */
export async function createDashboardSite(config: Config): Promise<FastifyInstance> {
  const root = path.join(apps, "dashboard/dist");
  await access(path.join(root, "index.html"));
  const html = await page(path.join(root, "index.html"), {
    PARLEY_API: config.api.url,
  });
  const headers = securityHeaders("dashboard", {
    url: config.dashboard.url,
    connect: [config.api.url, config.realtime.url],
  });
  const site = createSite(headers);
  await site.register(fastifyStatic, {
    root,
    index: false,
    wildcard: false,
    immutable: true,
    maxAge: "365d",
  });
  site.get("/", (_request, reply) => reply.type("text/html").header("cache-control", "no-cache").send(html));
  site.setNotFoundHandler((request, reply) =>
    request.method === "GET" && !path.extname(request.url.split("?")[0] ?? "")
      ? reply.type("text/html").header("cache-control", "no-cache").send(html)
      : reply.code(404).type("text/plain").send("Not found"),
  );
  return site;
}

/** The widget's files, as a company's page loads them, and a page that does. */
export async function createWidgetSite(config: Config, publishableKey: string): Promise<FastifyInstance> {
  const root = path.join(apps, "widget-sdk/dist");
  const demo = path.join(apps, "widget-sdk/demo");
  await access(path.join(root, "parley.js"));
  const html = await page(path.join(demo, "index.html"), {
    PARLEY_KEY: publishableKey,
    PARLEY_API: config.api.url,
    PARLEY_WIDGET: config.widget.url,
  });
  const headers = securityHeaders("widget", {
    url: config.widget.url,
    connect: [config.api.url, config.realtime.url],
  });
  const site = createSite({ ...headers, "access-control-allow-origin": "*" });
  site.get("/", (_request, reply) => reply.type("text/html").header("cache-control", "no-cache").send(html));
  await site.register(fastifyStatic, {
    root,
    index: false,
    wildcard: false,
    cacheControl: false,
    // All but the one file that pages name have a hash in theirs.
    setHeaders: (reply, file) => {
      void reply.header(
        "cache-control",
        /-[\w-]{8}\.js$/.test(file) ? "public, max-age=31536000, immutable" : "public, max-age=300",
      );
    },
  });
  await site.register(fastifyStatic, {
    root: demo,
    index: false,
    wildcard: false,
    prefix: "/demo/",
    decorateReply: false,
  });
  return site;
}
