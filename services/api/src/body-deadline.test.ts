import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { longestRequestMs } from "@parley/platform/objects/s3-store";
import Fastify from "fastify";
import { afterEach, expect, test, vi } from "vitest";
import { endSlowBodies, longestBodyMs } from "./body-deadline.ts";

test("a bucket is given the time that a file may take over a slow line", () => {
  expect(longestRequestMs).toBeGreaterThan(longestBodyMs);
});

afterEach(() => void vi.useRealTimers());

test("[R6] a body that does not come ends with its connection, after 30 seconds or what its route gives it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const app = Fastify();
  endSlowBodies(app);
  const reached: string[] = [];
  app.addHook("onRequest", async ({ url }) => void reached.push(url));
  app.post("/usual", async () => "done");
  app.post("/long", { config: { bodyTimeoutMs: longestBodyMs } }, async () => "done");
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ended: string[] = [];
  for (const url of ["/usual", "/long"]) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    socket.on("close", () => ended.push(url)).resume();
    await once(socket, "connect");
    socket.write(`POST ${url} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`);
  }
  await vi.waitFor(() => expect(reached).toHaveLength(2));
  vi.advanceTimersByTime(29_999);
  expect((await app.inject({ method: "POST", url: "/usual", payload: {} })).body).toBe("done");
  expect(ended).toEqual([]);
  vi.advanceTimersByTime(1);
  await vi.waitFor(() => expect(ended).toEqual(["/usual"]));
  vi.advanceTimersByTime(longestBodyMs);
  await vi.waitFor(() => expect(ended).toEqual(["/usual", "/long"]));
  await app.close();
});
