import { focusManager, MutationObserver, onlineManager, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createQueryClient } from "./query-client.ts";
import { accountQuery } from "./session/account-query.ts";
import { serverWait } from "./session/server-wait.ts";
import { createApiClient } from "./trpc.ts";

const apiUrl = "https://api.example.com";
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", { getItem: () => null });
});
afterEach(() => {
  focusManager.setFocused(undefined);
  onlineManager.setOnline(true);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A server that refuses so often, and then does what is asked. */
function startServer({ refusals, seconds, body }: { refusals: number; seconds: number; body?: unknown }) {
  let left = refusals;
  const asked = vi.fn(async (url: string) => {
    if (url.endsWith("/api/csrf")) return Response.json({ token: "t" });
    const toEach = (answer: object) => new URL(url).pathname.split(",").map(() => answer);
    if (left-- > 0) {
      return Response.json(
        body ?? toEach({ error: { code: -32029, message: "rate.exceeded", data: { appCode: "rate.exceeded" } } }),
        {
          status: 429,
          headers: { "retry-after": String(seconds) },
        },
      );
    }
    return Response.json(url.includes("/api/auth/") ? { devices: [] } : toEach({ result: { data: { done: true } } }));
  });
  vi.stubGlobal("fetch", asked);
  return () => asked.mock.calls.filter(([url]) => !url.endsWith("/api/csrf")).length;
}

function open() {
  const client = createQueryClient({ onSignedOut() {}, onLost() {} });
  client.mount();
  onTestFinished(() => client.unmount());
  return client;
}

function leave(client = open()) {
  const mutation = new MutationObserver(client, {
    mutationFn: () => createApiClient(apiUrl).members.leave.mutate(),
  });
  const result = mutation.mutate();
  const outcome = result.then(
    () => "done",
    () => "failed",
  );
  return { client, mutation, outcome };
}

test("what the server refuses for the rate is done as soon as it allows, and until then a countdown is shown", async () => {
  const requests = startServer({ refusals: 2, seconds: 7 });
  const startMs = Date.now();
  const { mutation, outcome } = leave();
  await vi.advanceTimersByTimeAsync(100);
  expect(requests()).toBe(1);
  expect(mutation.getCurrentResult().status).toBe("pending");
  expect(serverWait.read() - startMs).toBeGreaterThanOrEqual(7_000);
  await vi.advanceTimersByTimeAsync(6_800);
  expect(requests()).toBe(1);
  await vi.advanceTimersByTimeAsync(300);
  expect(requests()).toBe(2);
  await vi.advanceTimersByTimeAsync(7_100);
  expect(await outcome).toBe("done");
  expect(requests()).toBe(3);
});

test("what was cancelled while the server's pause lasts is not done when it is over", async () => {
  const requests = startServer({ refusals: 1, seconds: 7 });
  const { mutation, outcome } = leave();
  await vi.advanceTimersByTimeAsync(100);
  expect(requests()).toBe(1);
  mutation.reset();
  expect(serverWait.read(), "nothing is counted down any more").toBe(0);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await outcome).toBe("failed");
  expect(requests()).toBe(1);
});

test("as long as anything else waits, the countdown goes on", async () => {
  startServer({ refusals: 2, seconds: 7 });
  const first = leave();
  const second = leave(first.client);
  await vi.advanceTimersByTimeAsync(100);
  first.mutation.reset();
  expect(serverWait.read()).toBeGreaterThan(Date.now());
  second.mutation.reset();
  expect(serverWait.read()).toBe(0);
});

test("so it is when the page that asked has gone before the server refused", async () => {
  const requests = startServer({ refusals: 1, seconds: 7 });
  const { mutation, outcome } = leave();
  mutation.subscribe(() => {})();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await outcome).toBe("failed");
  expect(requests()).toBe(1);
});

test.each([
  ["a moment", 20_000, "done", 2],
  ["hours", 7_200_000, "failed", 1],
])(
  "in a tab that is looked at again %s after the pause, it ends as whoever asked expects",
  async (_, ms, end, asked) => {
    const requests = startServer({ refusals: 1, seconds: 7 });
    const { mutation, outcome } = leave();
    await vi.advanceTimersByTimeAsync(100);
    focusManager.setFocused(false);
    await vi.advanceTimersByTimeAsync(ms);
    expect(mutation.getCurrentResult().isPaused).toBe(true);
    focusManager.setFocused(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcome).toBe(end);
    expect(requests()).toBe(asked);
  },
);

test("on a machine that slept through the pause and longer, it is not done when it wakes up", async () => {
  const requests = startServer({ refusals: 1, seconds: 7 });
  const { outcome } = leave();
  await vi.advanceTimersByTimeAsync(100);
  vi.setSystemTime(Date.now() + 7_200_000);
  await vi.advanceTimersByTimeAsync(7_000);
  expect(await outcome).toBe("failed");
  expect(requests()).toBe(1);
});

test.each(["offline", "refused"])(
  "what goes on is done when it can be, one after the other, though the page has gone and hours have passed: %s",
  async (why) => {
    const requests = startServer({ refusals: why === "refused" ? 2 : 0, seconds: 7 });
    const sent: string[] = [];
    const posts = new MutationObserver(open(), {
      meta: { goesOn: true },
      mutationFn: (_: string) => createApiClient(apiUrl).members.leave.mutate(),
      onSuccess: (_, text) => void sent.push(text),
    });
    const stop = posts.subscribe(() => {});
    onlineManager.setOnline(why !== "offline");
    void posts.mutate("One");
    await vi.advanceTimersByTimeAsync(50);
    void posts.mutate("Two");
    await vi.advanceTimersByTimeAsync(100);
    expect(requests()).toBe(why === "refused" ? 2 : 0);
    stop();
    focusManager.setFocused(false);
    await vi.advanceTimersByTimeAsync(7_200_000);
    expect(sent).toEqual([]);
    onlineManager.setOnline(true);
    focusManager.setFocused(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual(["One", "Two"]);
  },
);

test("the limit of an address, which answers without knowing of procedures, is waited for just so", async () => {
  const requests = startServer({ refusals: 1, seconds: 3, body: { error: { code: "rate.exceeded", message: "" } } });
  const { outcome } = leave();
  await vi.advanceTimersByTimeAsync(3_200);
  expect(await outcome).toBe("done");
  expect(requests()).toBe(2);
});

test("whoever would be kept waiting for minutes is told at once", async () => {
  const requests = startServer({ refusals: 1, seconds: 3_600 });
  const { outcome } = leave();
  await vi.advanceTimersByTimeAsync(100);
  expect(await outcome).toBe("failed");
  expect(requests()).toBe(1);
});

test("a server that is busy is left to whoever asked to do something: it may have been done", async () => {
  const busy = [{ error: { code: -32603, message: "service.busy", data: { appCode: "service.busy" } } }];
  const asked = vi.fn(async (url: string) =>
    url.endsWith("/api/csrf")
      ? Response.json({ token: "t" })
      : Response.json(busy, { status: 503, headers: { "retry-after": "1" } }),
  );
  vi.stubGlobal("fetch", asked);
  const { outcome } = leave();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toBe("failed");
});

test("a question about the account waits, too", async () => {
  const requests = startServer({ refusals: 1, seconds: 5, body: { error: { code: "rate.exceeded" } } });
  const client = createQueryClient({ onSignedOut() {}, onLost() {} });
  const devices = new QueryObserver(client, accountQuery<unknown>(apiUrl, "/devices"));
  const stop = devices.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(4_900);
  expect(devices.getCurrentResult().status).toBe("pending");
  await vi.advanceTimersByTimeAsync(200);
  expect(devices.getCurrentResult().data).toEqual({ devices: [] });
  expect(requests()).toBe(2);
  stop();
});
