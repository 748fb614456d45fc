import { once } from "node:events";
import { request } from "node:http";
import { afterAll, expect, test } from "vitest";
import { createRealtimeWorld, dashboardOrigin } from "./testing/realtime-world.ts";

const world = await createRealtimeWorld();
afterAll(() => world[Symbol.asyncDispose]());

/** The status of the answer to a socket's opening: 101 is a socket. */
async function open(headers: Record<string, string>): Promise<number | undefined> {
  const opening = request(world.url.replace("ws:", "http:"), {
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  }).end();
  const answered = Promise.race([
    once(opening, "upgrade").then(([response, socket]) => {
      socket.destroy();
      return response;
    }),
    once(opening, "response").then(([response]) => response.resume()),
  ]);
  return (await answered).statusCode;
}

const cookies = ["parley.session_token=x.y", "a=b; __Host-parley.session_token=x.y"];
const elsewhere = [
  "https://evil.example",
  "http://localhost.evil.example",
  "http://127.0.0.1:5174",
  "null",
  undefined,
] as const;

test.each(elsewhere)("[C7] a page of origin %s opens no socket with a member's cookie", async (origin) => {
  for (const cookie of cookies) expect(await open({ cookie, ...(origin && { origin }) })).toBe(403);
});

test("[C7 control] the dashboard's own page does, and so does any page without the cookie: what it then says needs a token", async () => {
  for (const cookie of cookies) expect(await open({ cookie, origin: dashboardOrigin })).toBe(101);
  expect(await open({ cookie: "parley.csrf=x", origin: "https://shop.example" })).toBe(101);
  expect(await open({ origin: "https://shop.example" })).toBe(101);
});

test("[K5] an answer over HTTP has the headers of all servers", async () => {
  const { headers } = await fetch(world.url.replace("ws:", "http:"));
  expect(headers.get("content-security-policy")).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});
