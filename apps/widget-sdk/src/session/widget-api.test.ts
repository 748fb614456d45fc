import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aMessage } from "../testing/messages.ts";
import { newId } from "./new-id.ts";
import { createWidgetApi } from "./widget-api.ts";

const request = vi.fn<typeof fetch>();
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = (code: string, status: number) => json({ error: { code, message: "" } }, status);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", request.mockReset());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const api = createWidgetApi("https://api.example/");
const conversationId = newId<never>();

/** Lets the waits between attempts pass. */
async function settle<T>(call: Promise<T>): Promise<PromiseSettledResult<T>> {
  const settled = Promise.allSettled([call]);
  await vi.runAllTimersAsync();
  return (await settled)[0];
}

test("a command goes to the api with the visitor's token, without cookies", async () => {
  request.mockResolvedValueOnce(json(aMessage(1)));
  await api.postMessage("token", conversationId, { id: newId(), text: "Hello" });
  const [url, init] = request.mock.calls[0] ?? [];
  expect(url).toBe(`https://api.example/widget/v1/conversations/${conversationId}/messages`);
  expect(init).toMatchObject({
    method: "POST",
    credentials: "omit",
    headers: { authorization: "Bearer token", "content-type": "application/json" },
  });
});

test("a passage is asked for with GET", async () => {
  request.mockResolvedValueOnce(json({}));
  await api.getCitedPassage("token", aMessage(3, { conversationId }), 2);
  const [url, init] = request.mock.calls[0] ?? [];
  expect(url).toMatch(/\/messages\/[-0-9a-f]+\/citations\/2$/);
  expect(init?.method).toBeUndefined();
});

describe("what may pass is tried again", () => {
  test.each([
    ["a connection that breaks", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["a busy server", async () => refusal("service.busy", 503)],
    ["a limit of the rate", async () => refusal("rate.exceeded", 429)],
    ["an answer that is none of ours", async () => new Response("<html>Bad gateway</html>", { status: 502 })],
  ])("%s", async (_, answer) => {
    request.mockImplementationOnce(answer).mockResolvedValueOnce(json({ id: "x" }));
    expect(await settle(api.openConversation("token", conversationId))).toMatchObject({ status: "fulfilled" });
    expect(request).toHaveBeenCalledTimes(2);
  });

  test("four times in all, with the same body", async () => {
    request.mockRejectedValue(new TypeError("Failed to fetch"));
    const settled = await settle(api.postMessage("token", conversationId, { id: newId(), text: "Hello" }));
    expect(settled).toMatchObject({ status: "rejected", reason: { code: "network" } });
    expect(new Set(request.mock.calls.map(([, init]) => init?.body)).size).toBe(1);
    expect(request).toHaveBeenCalledTimes(4);
  });
});

test("a server that says when to come back is left alone until then, and given up when that is long", async () => {
  const tooMany = (retryAfter: number | string) =>
    new Response(JSON.stringify({ error: { code: "rate.exceeded", message: "" } }), {
      status: 429,
      headers: { "retry-after": String(retryAfter) },
    });
  const told: number[] = [];
  api.onWait = (seconds) => void told.push(seconds);
  request.mockResolvedValueOnce(tooMany(30)).mockResolvedValueOnce(json({ id: "x" }));
  const opened = api.openConversation("token", conversationId);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(request).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2_000);
  await expect(opened).resolves.toEqual({ id: "x" });
  expect(told).toEqual(Array.from({ length: 31 }, (_, second) => 30 - second));

  request.mockResolvedValueOnce(tooMany(3_600));
  const settled = await settle(api.openConversation("token", conversationId));
  expect(settled).toMatchObject({ status: "rejected", reason: { code: "rate.exceeded" } });

  request.mockClear();
  request.mockResolvedValueOnce(tooMany("Wed, 21 Oct 2026 07:28:00 GMT")).mockResolvedValueOnce(json({ id: "y" }));
  const later = api.openConversation("token", conversationId);
  await vi.advanceTimersByTimeAsync(150);
  expect(request).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(later).resolves.toEqual({ id: "y" });
});

test("when the server asks for two pauses, the longer one is counted down, and ends both", async () => {
  const tooMany = (retryAfter: number) =>
    new Response(JSON.stringify({ error: { code: "rate.exceeded", message: "" } }), {
      status: 429,
      headers: { "retry-after": String(retryAfter) },
    });
  const told: number[] = [];
  const api = createWidgetApi("https://api.example/");
  api.onWait = (seconds) => void told.push(seconds);
  request.mockResolvedValueOnce(tooMany(20)).mockResolvedValueOnce(tooMany(5));
  request.mockImplementation(async () => json({ id: "x" }));
  const said = api.postMessage("token", conversationId, { id: newId(), text: "Hello" });
  const asked = api.handOff("token", conversationId);
  await vi.advanceTimersByTimeAsync(19_999);
  expect(request).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(3_000);
  await Promise.all([said, asked]);
  expect(told).toEqual(told.toSorted((one, other) => other - one));
  expect(told.slice(0, 2)).toEqual([20, 20]);
  expect(told.at(-1)).toBe(0);
});

test("what was refused for good is not", async () => {
  request.mockResolvedValue(refusal("input.invalid", 400));
  const settled = await settle(api.postMessage("token", conversationId, { id: newId(), text: "Hello" }));
  expect(settled).toMatchObject({ status: "rejected", reason: { code: "input.invalid" } });
  expect(request).toHaveBeenCalledTimes(1);
});

test("an id is a random UUID of version 4", () => {
  const ids = Array.from({ length: 100 }, () => newId<string>());
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(ids).size).toBe(100);
});
