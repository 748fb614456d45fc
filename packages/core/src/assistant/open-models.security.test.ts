import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpToolId, ModelProviderId } from "@parley/contracts";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createWorld } from "../testing/world.ts";
import { openModels } from "./open-models.ts";

// The ways out to what a workspace names, put together as the product puts them together.

const requests: string[] = [];
const server = createServer(({ url = "" }, response) => {
  requests.push(url);
  response.end("words of the inner network");
}).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const world = await createWorld();
const config = {
  fetchAllowedHosts: [] as string[],
  openai: undefined,
  answerQuality: "balanced" as const,
  dashboard: { port: 5174, url: "http://localhost:5174", origin: "http://localhost:5174" },
  secret: "a secret of tests alone, 32 characters or more",
};
const closed = openModels({ db: world.db, config });
const opened = openModels({ db: world.db, config: { ...config, fetchAllowedHosts: [`127.0.0.1:${port}`] } });
beforeEach(() => {
  requests.length = 0;
});
afterAll(async () => {
  await closed.close();
  await opened.close();
  server.close();
  await world[Symbol.asyncDispose]();
});

const { tenantId, api } = await world.tenant();
const toolId = HttpToolId.parse(randomUUID());
const providerId = ModelProviderId.parse(randomUUID());
await api.assistant.tools.save({
  ...{ id: toolId, name: "find_order", description: "Finds an order", method: "GET" },
  ...{ url: `http://127.0.0.1:${port}/orders`, sendsContact: false, enabled: true },
});
await api.assistant.models.saveProvider({
  ...{ id: providerId, kind: "openai-compatible", name: "Inner" },
  ...{ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: "key-of-a-tenant" },
});
const never = new AbortController().signal;

test("[I4] the addresses of a tool and of a provider that a workspace names reach nothing private", async () => {
  const called = await closed.httpTools.test(tenantId, toolId, "{}", never);
  expect(called).toMatchObject({ outcome: "failed" });
  expect(JSON.stringify(called)).not.toContain("inner network");
  expect(await closed.test(tenantId, { id: providerId, model: "words" }, never)).toMatchObject({ works: false });
  expect(requests).toEqual([]);
});

test("[I4 control] they would have been reached, had the installation allowed it", async () => {
  const called = await opened.httpTools.test(tenantId, toolId, "{}", never);
  expect(called).toMatchObject({ outcome: "ok", text: "words of the inner network" });
  await opened.test(tenantId, { id: providerId, model: "words" }, never);
  expect(requests).toEqual(["/orders", "/v1/chat/completions"]);
});
