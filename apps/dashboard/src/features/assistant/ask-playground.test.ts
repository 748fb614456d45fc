import { afterEach, expect, test, vi } from "vitest";
import { errorCode, secondsToWait } from "../../errors/error-code.ts";
import { askPlayground } from "./ask-playground.ts";

vi.mock("../../session/presence.ts", () => ({ presenceHeaders: () => ({}) }));
vi.mock("../../session/chosen-workspace.ts", () => ({ workspaceHeaders: () => ({ "parley-tenant": "t" }) }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const apiUrl = "https://api.example.com";
const encoder = new TextEncoder();

/** An api that answers what the test writes, when it writes it. */
function startServer() {
  const answer = new TransformStream<Uint8Array, Uint8Array>();
  const writer = answer.writable.getWriter();
  const asked: { url: string; headers: Headers; body: unknown }[] = [];
  const fetch = vi.fn(async (url: string, { headers, body }: RequestInit) => {
    if (url.endsWith("/api/csrf")) return Response.json({ token: "t" });
    asked.push({ url, headers: new Headers(headers), body: JSON.parse(String(body)) });
    return new Response(answer.readable);
  });
  vi.stubGlobal("fetch", fetch);
  return { asked, fetch, write: (text: string) => writer.write(encoder.encode(text)), end: () => writer.close() };
}

function ask() {
  const heard: string[] = [];
  const leave = new AbortController();
  const onWords = (words: string) => void heard.push(words);
  return { heard, leave, answer: askPlayground(apiUrl, { question: "How?" }, { signal: leave.signal, onWords }) };
}

test("words are heard as they come, wherever the network cuts them; the answer is what comes last", async () => {
  const { asked, write } = startServer();
  const timeouts = vi.spyOn(AbortSignal, "timeout");
  const { heard, answer } = ask();
  await write('{"words":"Dro');
  await write('p it "}\n{"wor');
  await vi.waitFor(() => expect(heard).toEqual(["Drop it "]));
  await write('ds":"in."}\n');
  await vi.waitFor(() => expect(heard).toEqual(["Drop it ", "in."]));
  await write('{"answer":{"text":"Drop it in."}}\n');
  expect(await answer).toEqual({ text: "Drop it in." });
  expect(asked).toMatchObject([{ url: `${apiUrl}/api/playground/ask`, body: { question: "How?" } }]);
  expect(asked[0]?.headers.get("parley-tenant")).toBe("t");
  expect(asked[0]?.headers.get("x-csrf-token")).toBe("t");
  // Longer than the 60 seconds that the server takes at most.
  expect(timeouts).toHaveBeenLastCalledWith(90_000);
});

test("a refusal is one as of any procedure, with its code and when to come back", async () => {
  const { fetch } = startServer();
  const error = { code: "rate.exceeded", message: "Too often.", requestId: "r" };
  fetch.mockImplementation(async () => Response.json({ error }, { status: 429, headers: { "retry-after": "7" } }));
  const refused = await ask().answer.catch((reason: unknown) => reason);
  expect([errorCode(refused), secondsToWait(refused)]).toEqual(["rate.exceeded", 7]);
});

test("what fails while it is written fails with its code; one that breaks off, without", async () => {
  const failing = startServer();
  const first = ask();
  await failing.write('{"words":"Drop"}\n{"error":{"code":"service.busy","message":"Busy.","requestId":"r"}}\n');
  expect(errorCode(await first.answer.catch((reason: unknown) => reason))).toBe("service.busy");
  const breaking = startServer();
  const second = ask();
  await breaking.write('{"words":"Drop"}\n');
  await breaking.end();
  await expect(second.answer).rejects.toMatchObject({ name: "TRPCClientError", data: undefined });
});

test("whoever cancels hears of nothing else", async () => {
  const { fetch } = startServer();
  fetch.mockImplementation((_url, { signal }) => {
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
  });
  const { answer, leave } = ask();
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
  leave.abort(new Error("cancelled"));
  await expect(answer).rejects.toThrow("cancelled");
});
