import { afterAll, expect, test } from "vitest";
import { startFakeEmbedderServer } from "../testing/fake-embedder-server.ts";
import { openEmbedders } from "./open-embedders.ts";

const server = await startFakeEmbedderServer();
const { host } = new URL(server.url);
const config = {
  fetchAllowedHosts: [] as string[],
  embedder: undefined,
  dashboard: { port: 5174, url: "http://localhost:5174", origin: "http://localhost:5174" },
  secret: "a secret of tests alone, 32 characters or more",
};
const closed = await openEmbedders({ config });
const opened = await openEmbedders({ config: { ...config, fetchAllowedHosts: [host] } });
afterAll(async () => {
  await closed.close();
  await opened.close();
  await server.close();
});
const ofTenant = { baseUrl: server.url, model: "words", dimensions: 64, apiKey: undefined };

test("[I4] an embedder's address that a workspace names reaches nothing private", async () => {
  const embedder = closed.others?.open(ofTenant);
  await expect(embedder?.embed(["word"], { urgent: true })).rejects.toMatchObject({ code: "embedder.unreachable" });
  expect(server.requests).toEqual([]);
});

test("[I4 control] it would have been reached, had the installation allowed it", async () => {
  expect(await opened.others?.open(ofTenant).embed(["word"], { urgent: true })).toHaveLength(1);
  expect(server.requests).toHaveLength(1);
});

test("a key is kept sealed, and opens with the installation's secret alone", async () => {
  const sealed = closed.others?.seal("a key", "here") ?? "";
  expect(sealed).not.toContain("a key");
  expect(opened.others?.unseal(sealed, "here")).toBe("a key");
  expect(() => opened.others?.unseal(sealed, "elsewhere")).toThrow();
  const other = await openEmbedders({
    config: { ...config, secret: "another secret of tests, 32 characters or more" },
  });
  expect(() => other.others?.unseal(sealed, "here")).toThrow();
  await other.close();
});
