import { rateLimits } from "@parley/contracts";
import { createRateLimiter } from "@parley/platform/rate-limits/rate-limiter";
import { askRaw } from "@parley/platform/testing/ask-raw";
import { afterAll, expect, test } from "vitest";
import { createRealtimeWorld, logger, shopOrigin } from "./testing/realtime-world.ts";

// What is answered before there is a socket, or anything that could be read as a request: it goes out without Node's own responses.

const rateLimiter = createRateLimiter({ logger });
const spent = { limit: rateLimits.sockets, cost: rateLimits.sockets.max };
for (const address of ["127.0.0.1", "0:0:0:0::/64"]) await rateLimiter.spend({ ...spent, of: { of: [address] } });
const world = await createRealtimeWorld();
const full = await createRealtimeWorld({ rateLimiter });
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await full[Symbol.asyncDispose]();
});

const opening = (...more: string[]) =>
  [
    "GET / HTTP/1.1",
    "host: localhost",
    "connection: upgrade",
    "upgrade: websocket",
    `origin: ${shopOrigin}`,
    ...more,
    "\r\n",
  ].join("\r\n");
const key = ["sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="];

test.each([
  ["a page of another site", world, opening(...key, "cookie: parley.session_token=x.y"), 403, "origin.not_allowed"],
  ["whoever has begun too many", full, opening(...key), 429, "rate.exceeded"],
  ["whoever asks for what is no socket", world, opening("sec-websocket-version: 13"), 400, "input.invalid"],
  ["whoever sends no request", world, "good morning\r\n\r\n", 400, "input.invalid"],
  ["whoever sends too much of one", world, opening(...key, `x: ${"x".repeat(20_000)}`), 431, "input.too_large"],
] as const)(
  "[K5] %s is refused with the headers of all servers, and in the one shape of failures",
  async (_who, { realtime }, bytes, status, code) => {
    const answer = await askRaw(realtime, bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": expect.stringContaining("camera=()"),
      "cache-control": "no-store",
      ...(status === 429 && { "retry-after": expect.stringMatching(/^[1-9]\d*$/) }),
    });
    expect(JSON.parse(answer.body)).toEqual({
      error: { code, message: expect.any(String), requestId: answer.headers["x-request-id"] },
    });
  },
);
