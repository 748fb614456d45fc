import { createCircuit } from "@parley/platform/http/circuit";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Behaviour, type FakeProvider, startFakeProvider } from "../../testing/fake-provider.ts";
import { makePassage } from "../../testing/make-passage.ts";
import type { Ending, Question, Tried, Usage, WriteOptions } from "../answerer.ts";
import { createModel } from "./model.ts";
import { tryModel } from "./try-model.ts";

// Each provider in its own protocol, over a real connection.

const question: Question = {
  text: "How do I add documents?",
  history: [{ author: "contact", text: "Hello" }],
  passages: [makePassage("Drop them into the folder. Then wait."), makePassage("They are read at once.")],
};
const whole = "Drop them into the folder. [1] They are read at once. [2]";

let provider: FakeProvider;
beforeAll(async () => {
  provider = await startFakeProvider();
});
afterAll(() => provider.close());
beforeEach(() => {
  provider.requests.length = 0;
  provider.forget();
});

const protocols = [
  { kind: "openai", model: "gpt-5-mini", key: "Bearer key-for-tests" },
  { kind: "anthropic", model: "claude-haiku-4-5", key: "key-for-tests" },
  { kind: "google", model: "gemini-3.5-flash", key: "key-for-tests" },
  { kind: "openai-compatible", model: "llama", key: "Bearer key-for-tests" },
] as const;

describe.each(protocols)("$kind", ({ kind, model, key }) => {
  const connection = () => ({ kind, baseUrl: provider.url, apiKey: "key-for-tests" });

  async function write(behaviours: Behaviour[], circuit = createCircuit()) {
    provider.enqueue(...behaviours);
    let usage: Usage | undefined;
    let heard = "";
    const tried: Tried[] = [];
    const meter: WriteOptions["meter"] = {
      begin: async () => ({
        id: "request",
        sendAgain: () => {},
        hear: (words) => {
          heard += words;
        },
        end: (counts) => {
          usage = counts;
        },
      }),
    };
    const words = createModel({ ...connection(), model, circuit, retryDelaysMs: [1, 1] }).write(question, {
      signal: new AbortController().signal,
      ...{ timeoutMs: 20_000, idleTimeoutMs: 1_000, meter, onTried: (one: Tried) => void tried.push(one) },
    });
    let text = "";
    for (;;) {
      const step = await words.next();
      if (step.done) return { text, heard, usage, tried, ending: step.value satisfies Ending };
      text += step.value;
    }
  }

  test("an answer comes word by word, with what the provider counted, and the key goes where it belongs", async () => {
    const warnings = (["log", "info", "warn", "error"] as const).map((method) => vi.spyOn(console, method));
    const counted = { prompt_tokens: 100, completion_tokens: 20, cached_tokens: 40 };
    expect(await write([{ usage: counted }])).toMatchObject({
      text: whole,
      heard: whole,
      usage: { inputTokens: 100, cachedTokens: 40, outputTokens: 20 },
      ending: { how: "complete", reason: null },
    });
    expect(provider.requests).toMatchObject([{ format: kind.split("-")[0], authorization: key }]);
    expect(provider.requests[0]?.passages.map(({ number }) => number)).toEqual([1, 2]);
    for (const warning of warnings) expect(warning).not.toHaveBeenCalled();
  });

  test.each([429, 500, 503, 529])("[F12] status %i before the first word: it is asked again", async (status) => {
    const { text, ending, tried } = await write([{ status }, { status }]);
    expect([text, ending.how]).toEqual([whole, "complete"]);
    expect(tried.map(({ how }) => how)).toEqual(["cut_off", "cut_off", "complete"]);
  });

  test.each<[NonNullable<Behaviour["fault"]>, RegExp]>([
    ["cut", /broke off/],
    ["end", /broke off|faulty/],
    ["malformed", /faulty/],
    ["error", /faulty|broke off/],
    ["stall", /said nothing for 1000 ms/],
  ])(
    "[F12] a stream that ends in mid-answer by %s: what came is kept, and nothing is asked again",
    async (fault, reason) => {
      const { text, heard, ending, tried } = await write([{ afterTokens: 6, fault }]);
      expect([text, heard]).toEqual(["Drop them into the folder.", "Drop them into the folder."]);
      expect(ending).toMatchObject({ how: "cut_off", reason: expect.stringMatching(reason) });
      expect(tried).toHaveLength(1);
    },
  );

  test("[F12] after five failures the provider is left alone, and no further request reaches it", async () => {
    const circuit = createCircuit();
    const failures = Array.from({ length: 5 }, () => ({ status: 500 }));
    const first = await write(failures.slice(0, 3), circuit);
    const second = await write(failures.slice(3), circuit);
    const third = await write([], circuit);
    expect(provider.requests).toHaveLength(5);
    expect(first.ending.reason).toContain("500");
    for (const { ending } of [second, third]) expect(ending).toMatchObject({ how: "cut_off" });
    expect(third).toMatchObject({ ending: { reason: expect.stringContaining("left alone") }, tried: [{ id: null }] });
  });

  test("a trial is called off by whoever asked for it", async () => {
    provider.enqueue({ headers: {}, fault: "stall", afterTokens: 0 });
    const leave = new AbortController();
    const trying = expect(tryModel(connection(), model, leave.signal)).rejects.toThrow("gone");
    leave.abort(new Error("gone"));
    await trying;
  });

  test("a key is tried: it works, it is refused, and nobody answers", async () => {
    expect(await tryModel(connection(), model, never)).toMatchObject({ works: true });
    provider.enqueue({ status: 401 }, { status: 404 });
    expect(await tryModel(connection(), model, never)).toEqual({
      works: false,
      reason: "the provider refused the API key (401)",
    });
    expect(await tryModel(connection(), model, never)).toMatchObject({
      reason: expect.stringContaining("no such model"),
    });
    const gone = { ...connection(), baseUrl: "http://127.0.0.1:9/v1" };
    expect(await tryModel(gone, model, never)).toMatchObject({ reason: expect.stringContaining("can't be") });
  });
});
const never = new AbortController().signal;
