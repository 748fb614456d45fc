import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { captureMail } from "@parley/platform/mail/captured-mail";
import Fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedMailRoutes } from "./captured-mail-routes.ts";

const attack = `<script>document.title = "owned"</script><img src=x onerror=alert(1)>`;
const app = Fastify();
const inTheNet = Fastify();
let folder: string;
let id: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "parley-mail-"));
  const capturedMail = captureMail({
    folder,
    onCaptured: (mail) => {
      id = mail.id;
    },
  });
  await app.register(capturedMailRoutes, { capturedMail, apiUrl: "http://localhost:3001" });
  await inTheNet.register(capturedMailRoutes, { capturedMail, apiUrl: "https://api.example.com" });
  await capturedMail.send({
    to: "ada@example.com",
    subject: `Hello ${attack}`,
    text: `Go to http://localhost:5174/x?a=1&b=2 ${attack}`,
    html: `<p>Hello</p>${attack}`,
  });
});
afterAll(async () => {
  await app.close();
  await inTheNet.close();
  await rm(folder, { recursive: true, force: true });
});

type From = { remoteAddress?: string; host?: string; headers?: Record<string, string> };
const get = (url: string, { remoteAddress = "127.0.0.1", host = "localhost:3001", headers }: From = {}, of = app) =>
  of.inject({ url, remoteAddress, headers: { host, ...headers } });

test("kept mails are listed and shown, with links that can be followed", async () => {
  expect((await get("/mail")).body).toContain(`href="/mail/${id}"`);
  const { body } = await get(`/mail/${id}`);
  expect(body).toContain('<a href="http://localhost:5174/x?a=1&#38;b=2"');
  expect((await get("/mail/1234567890123-nothing")).statusCode).toBe(404);
});

test("[I2] nothing that a mail holds becomes a part of the page, and by itself it is in a sandbox that runs nothing", async () => {
  for (const url of ["/mail", `/mail/${id}`]) {
    const { body, headers } = await get(url);
    expect(body).not.toMatch(/<script|<img/);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  }
  expect((await get(`/mail/${id}`)).body).toMatch(/<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  const { headers, body } = await get(`/mail/${id}/html`);
  expect(body).toContain(attack);
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/^sandbox /);
  expect(policy).not.toMatch(/allow-scripts|allow-same-origin/);
});

test.each(["127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"])("%s is this machine", async (remoteAddress) => {
  expect((await get("/mail", { remoteAddress })).statusCode).toBe(200);
  expect((await get("/mail", { remoteAddress, host: "[::1]:3001" })).statusCode).toBe(200);
});

test("an api that has an address in the net has no kept mails, whoever asks", async () => {
  for (const url of ["/mail", `/mail/${id}`, `/mail/${id}/html`]) {
    expect((await get(url, {}, inTheNet)).statusCode).toBe(404);
    expect((await get(url, { host: "api.example.com" }, inTheNet)).statusCode).toBe(404);
  }
});

test.each<[string, From]>([
  ["another machine", { remoteAddress: "192.0.2.7" }],
  ["another machine in the same network", { remoteAddress: "10.0.0.7" }],
  ["a page whose name was made to lead here", { host: "evil.example" }],
  ["a name that only begins like ours", { host: "localhost.evil.example" }],
  ["an address that only begins like ours", { host: "127.0.0.1.evil.example" }],
  ["whoever comes through a proxy that says for whom", { headers: { "x-forwarded-for": "192.0.2.7" } }],
  ["whoever comes through a proxy that says under which name", { headers: { "x-forwarded-host": "mail.example" } }],
  ["whoever comes through a proxy that says it by the standard", { headers: { forwarded: "for=192.0.2.7" } }],
  ["whoever comes through a proxy that names itself", { headers: { via: "1.1 proxy" } }],
  ["whoever comes through a proxy that tells the address alone", { headers: { "x-real-ip": "192.0.2.7" } }],
])("%s gets no mail", async (_, from) => {
  for (const url of ["/mail", `/mail/${id}`, `/mail/${id}/html`]) {
    const { statusCode, body } = await get(url, from);
    expect(statusCode).not.toBe(200);
    expect(body).not.toContain("Hello");
  }
});
