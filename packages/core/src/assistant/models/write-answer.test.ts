import { defaultAssistantSettings } from "@parley/contracts";
import { createCircuit } from "@parley/platform/http/circuit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { countCharacters } from "../../testing/count-characters.ts";
import { type Behaviour, type FakeProvider, startFakeProvider } from "../../testing/fake-provider.ts";
import { makePassage } from "../../testing/make-passage.ts";
import { noMeter } from "../../testing/written-by.ts";
import type { Ending, Question, Tried, Usage, WriteOptions } from "../answerer.ts";
import { noAnswer } from "../instructions.ts";
import { createToolbox, type Toolbox } from "../tools/toolbox.ts";
import { createModel, type ModelOptions } from "./model.ts";

const question: Question = {
  text: "How do I add documents?",
  history: [],
  passages: [makePassage("Drop them into the folder. Then wait."), makePassage("They are read at once.")],
};
const whole = "Drop them into the folder. [1] They are read at once. [2]";

let provider: FakeProvider;
beforeAll(async () => {
  provider = await startFakeProvider();
});
afterAll(() => provider.close());
const printed = (["log", "info", "warn", "error"] as const).map((method) => vi.spyOn(console, method));
beforeEach(() => {
  provider.forget();
  provider.requests.length = 0;
});
// The AI SDK prints failures along with the prompt, if it is let.
afterEach(() => {
  for (const print of printed) expect(print).not.toHaveBeenCalled();
});

type Told = Partial<ModelOptions> & {
  mayHandOff?: boolean;
  toolbox?: Question["toolbox"];
  onHeard?: (words: string) => void;
  onCounted?: (counts: Usage) => void;
  signal?: AbortSignal;
  timeoutMs?: number;
  idleTimeoutMs?: number;
};

/** What was asked in one writing: how it ended, what the provider counted, and how each request went. */
type Written = { text: string; ending: Ending; usage: Usage; heard: string; tried: Tried[] };

async function write(behaviours: Behaviour[], told: Told = {}): Promise<Written> {
  const {
    signal = new AbortController().signal,
    timeoutMs = 20_000,
    idleTimeoutMs = 20_000,
    mayHandOff = false,
    toolbox,
    onHeard = () => {},
    onCounted = () => {},
    ...options
  } = told;
  provider.enqueue(...behaviours);
  const model = createModel({
    baseUrl: provider.url,
    apiKey: "key-for-tests",
    model: "fake-1",
    retryDelaysMs: [1, 1],
    prices: { input: 1, cached: 0.5, output: 2 },
    ...options,
  });
  const written = { text: "", usage: notEnded, heard: "", tried: [] as Tried[] };
  const meter: WriteOptions["meter"] = {
    async begin() {
      const hear = (words: string) => {
        written.heard += words;
        onHeard(words);
      };
      const end = (counts: Usage) => {
        written.usage = counts;
        onCounted(counts);
      };
      return { id: `request ${written.tried.length + 1}`, hear, sendAgain: () => {}, end };
    },
  };
  const onTried = (tried: Tried) => void written.tried.push(tried);
  const settings = { ...defaultAssistantSettings, mayHandOff };
  const words = model.write(
    { ...question, settings, ...(toolbox && { toolbox }) },
    { signal, timeoutMs, idleTimeoutMs, meter, onTried },
  );
  for (;;) {
    const step = await words.next();
    if (step.done) return { ...written, ending: step.value };
    written.text += step.value;
  }
}
const notEnded: Usage = { inputTokens: -1, cachedTokens: -1, outputTokens: -1 };
const unmetered = { meter: noMeter, onTried: () => {} };

const handOff = [{ name: "hand_to_person", input: {} }];

test.each<[string, Behaviour, string]>([
  ["without a word", { text: "", toolCalls: handOff, finishReason: "tool_calls" }, ""],
  ["after an answer", { text: "Thirty days [1].", toolCalls: handOff }, "Thirty days [1]."],
  ["having no answer", { text: "NO_ANSWER", toolCalls: handOff, finishReason: "tool_calls" }, ""],
])("a model that may asks for a person, %s", async (_how, behaviour, said) => {
  const { text, ending, tried } = await write([behaviour], { mayHandOff: true });
  expect([text, ending]).toEqual([said, { how: "hands_off", reason: null }]);
  expect(tried).toEqual([{ id: "request 1", how: "hands_off", reason: null }]);
  expect(provider.requests[0]?.body.tools).toMatchObject([{ function: { name: "hand_to_person" } }]);
  expect(provider.requests).toHaveLength(1);
});

test("one that may not is told of no tool, and its call is none; nor is that of another tool", async () => {
  const unasked = await write([{ text: "Thirty days [1].", toolCalls: handOff }]);
  expect(unasked.ending.how).not.toBe("hands_off");
  expect(provider.requests[0]?.body.tools).toBeUndefined();
  const other = [{ name: "invite_member", input: {} }];
  const { ending } = await write([{ text: "So be it [1].", toolCalls: other }], { mayHandOff: true });
  expect(ending.how).not.toBe("hands_off");
});

const orders = (): Toolbox =>
  createToolbox(
    [
      {
        name: "look_up_order",
        description: "Looks up an order.",
        schema: { type: "object", properties: { order: { type: "string" } } },
        call: async () => ({ outcome: "ok", text: "sent", durationMs: 1 }),
      },
    ],
    3,
  );
const looksUp = (order: string, text = ""): Behaviour => ({
  text,
  toolCalls: [{ name: "look_up_order", input: { order } }],
  finishReason: "tool_calls",
});

test("a step that is refused takes nothing, but those before it are counted", async () => {
  const toolbox = orders();
  const counts = { prompt_tokens: 1_000, completion_tokens: 20 };
  const { usage, ending } = await write([{ ...looksUp("A1"), usage: counts }, { status: 401 }], { toolbox });
  expect(ending.how).toBe("cut_off");
  expect(usage).toMatchObject({ inputTokens: 1_000, outputTokens: 20 });
  expect(toolbox.calls).toHaveLength(1);
});

test.each<[string, Behaviour]>([
  ["breaks off", { text: "They were sent", fault: "cut" }],
  ["is called off", { text: "They were sent", fault: "stall" }],
])(
  "a step that %s is counted with those before it: as it is heard, and its prompt as the one before",
  async (_, last) => {
    const step = { ...looksUp("A1"), usage: { prompt_tokens: 1_000, completion_tokens: 20, cached_tokens: 10 } };
    const leave = new AbortController();
    let heard = "";
    let counted: Usage = notEnded;
    const writing = write([step, last], {
      ...{ toolbox: orders(), signal: leave.signal, retryDelaysMs: [] },
      onHeard: (words) => {
        heard += words;
        if (last.fault === "stall" && heard.endsWith("sent")) leave.abort(new Error("taken over"));
      },
      onCounted: (counts) => {
        counted = counts;
      },
    });
    await writing.catch(() => undefined);
    expect(counted).toEqual({ inputTokens: 2_000, cachedTokens: 10, outputTokens: null });
    expect(heard).toBe('{"order":"A1"}They were sent');
  },
);

test("nothing is counted for a step that does not come", async () => {
  const counted: Usage[] = [];
  const usage = { prompt_tokens: 100, completion_tokens: 20, cached_tokens: 40 };
  await write([{ usage }], { onCounted: (counts) => void counted.push(counts) });
  expect(counted.length).toBeGreaterThan(1);
  for (const counts of counted) expect(counts).toEqual({ inputTokens: 100, cachedTokens: 40, outputTokens: 20 });
});

describe("a model that may look things up", () => {
  test.each<[string, Behaviour[], string, Ending["how"]]>([
    [
      "announces it",
      [looksUp("A1", "Let me look that up."), { text: "It was sent [3]." }],
      "It was sent [3].",
      "complete",
    ],
    [
      "has said something with its citation before",
      [looksUp("A1", "Orders leave at once [1]."), { text: "Yours was sent [3]." }],
      "Orders leave at once [1].\n\nYours was sent [3].",
      "complete",
    ],
    ["finds nothing in the end", [looksUp("A1", "Let me look that up."), { text: "NO_ANSWER" }], "", "declined"],
    [
      "finds nothing behind words that are shown",
      [looksUp("A1", "Let me see [1]."), { text: "NO_ANSWER" }],
      "Let me see [1].",
      "declined",
    ],
    ["first has no answer", [looksUp("A1", "NO_ANSWER"), { text: "It was sent [3]." }], "It was sent [3].", "complete"],
    ["cites nothing", [{ text: "It was sent." }], "It was sent.", "complete"],
  ])("%s: an announcement is no part of the answer", async (_, behaviours, said, how) => {
    const { text, ending } = await write(behaviours, { toolbox: orders() });
    expect([text, ending.how]).toEqual([said, how]);
    expect(provider.requests).toHaveLength(behaviours.length);
  });

  test("is asked again where its provider fails behind an announcement", async () => {
    const behaviours = [looksUp("A1", "Let me look that up."), { status: 500 }, looksUp("A1"), { text: "Sent [3]." }];
    const { text, tried } = await write(behaviours, { toolbox: orders() });
    expect(text).toBe("Sent [3].");
    expect(tried.map(({ how }) => how)).toEqual(["cut_off", "complete"]);
  });

  test("may cite what it was told in the request that is answered, and not in one that failed before", async () => {
    const toolbox = orders();
    const cut = [looksUp("A1"), { status: 500 }];
    await write([...cut, { text: "Sent [3]." }], { toolbox });
    expect([...toolbox.results]).toEqual([]);
    await write([...cut, looksUp("A1"), { text: "Sent [3]." }], { toolbox });
    expect([...toolbox.results]).toEqual([[3, "sent"]]);
    expect(toolbox.calls).toHaveLength(1);
  });

  test("has its words passed on as they come, from the first citation on", async () => {
    provider.enqueue({ text: "It was sent [3]. And then", fault: "stall" });
    const leave = new AbortController();
    const model = createModel({ baseUrl: provider.url, model: "fake-1" });
    const limits = { signal: leave.signal, timeoutMs: 20_000, idleTimeoutMs: 20_000, ...unmetered };
    const words = model.write({ ...question, toolbox: orders() }, limits);
    expect(await words.next()).toEqual({ done: false, value: "It was sent [3" });
    expect(await words.next()).toEqual({ done: false, value: "]" });
    leave.abort(new Error("read enough"));
    await words.return({ how: "cut_off", reason: null });
  });

  test("has to answer after so many steps, and may hand over in the last one as well", async () => {
    const steps = ["A1", "A2", "A3"].map((order) => looksUp(order));
    const { text, ending } = await write([...steps, { text: "They were sent [3]." }], { toolbox: orders() });
    expect([text, ending.how]).toEqual(["They were sent [3].", "complete"]);
    expect(provider.requests.map(({ body }) => body.tool_choice)).toEqual(["auto", "auto", "auto", "none"]);

    const over = { text: "", toolCalls: handOff, finishReason: "tool_calls" };
    const handed = await write([...steps, over], { toolbox: orders(), mayHandOff: true });
    expect(handed.ending.how).toBe("hands_off");
    expect(provider.requests.at(-1)?.body.tools).toMatchObject([{ function: { name: "hand_to_person" } }]);
  });

  test("and goes on and on is no fault of its provider's, and is asked no more", async () => {
    const circuit = createCircuit();
    for (let time = 0; time < 6; time++) {
      provider.requests.length = 0;
      const { ending } = await write(
        ["A1", "A2", "A3", "A4"].map((order) => looksUp(order)),
        { toolbox: orders(), circuit },
      );
      expect(ending).toMatchObject({ how: "cut_off", reason: expect.stringContaining("kept looking things up") });
      expect(provider.requests).toHaveLength(4);
    }
  });
});

/** Chunks of a model that have all come already. */
function cameAlready(chunks: Iterable<object>): ModelOptions["fetch"] {
  const events = [...chunks, { finish_reason: "stop", delta: {} }].map((choice) => {
    const chunk = { id: "fake", object: "chat.completion.chunk", created: 1, choices: [{ index: 0, ...choice }] };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  });
  const body = `${events.join("")}data: [DONE]\n\n`;
  return async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
}
const many = (times: number, delta: object) => Array.from({ length: times }, () => ({ delta }));
const argument = (index: number) => ({
  tool_calls: [{ index: 0, ...(index === 0 && { id: "1" }), function: { name: "look_up_order", arguments: "  " } }],
});

test.each([
  ["signs that are no words", many(10_000, { content: "- ".repeat(50) })],
  [
    "words behind that there is none",
    [{ delta: { content: noAnswer } }, ...many(10_000, { content: "x".repeat(100) })],
  ],
  ["thoughts", many(10_000, { reasoning_content: "x".repeat(100) })],
  ["arguments", Array.from({ length: 20_000 }, (_, index) => ({ delta: argument(index) }))],
])("a model that sends %s for ever is left, and its provider is not asked again", async (_, chunks) => {
  let requests = 0;
  const all = cameAlready(chunks);
  const { text, ending, heard, tried } = await write([], {
    toolbox: orders(),
    fetch: async (...request) => {
      requests++;
      return (await all?.(...request)) as Response;
    },
  });
  expect(text).toBe("");
  expect(["cut_off", "declined"]).toContain(ending.how);
  expect(tried).toHaveLength(1);
  expect(requests).toBe(1);
  expect(heard.length).toBeLessThan(110_000);
});

test("the time for what comes before the first word grows as that does", async () => {
  const take = (times: number) =>
    countCharacters(() => write([], { fetch: cameAlready(many(times, { content: "- ".repeat(50) })) }));
  const nothing = await take(0);
  const half = (await take(300)) - nothing;
  const all = (await take(600)) - nothing;
  expect(all / half).toBeLessThan(2.5);
});

test("whoever calls it off is heard, although all has come already and nothing of it is passed on", async () => {
  const called = new AbortController();
  let deltas = 0;
  const asked = write([], {
    signal: called.signal,
    fetch: cameAlready(many(5_000, { reasoning_content: "on " })),
    onHeard: () => {
      if (deltas++ === 0) setImmediate(() => called.abort(new Error("taken over")));
    },
  });
  await expect(asked).rejects.toThrow("taken over");
  expect(deltas).toBeLessThan(500);
});

test("an answer comes word by word, with what it took", async () => {
  const { text, ending, usage, heard, tried } = await write([
    { usage: { prompt_tokens: 100, completion_tokens: 20, cached_tokens: 40 } },
  ]);
  expect([text, heard]).toEqual([whole, whole]);
  expect(ending).toEqual({ how: "complete", reason: null });
  expect(usage).toEqual({ inputTokens: 100, cachedTokens: 40, outputTokens: 20 });
  expect(tried).toEqual([{ id: "request 1", how: "complete", reason: null }]);
  const [request] = provider.requests;
  expect(request?.authorization).toBe("Bearer key-for-tests");
  expect(request?.body).toMatchObject({ model: "fake-1", stream: true, stream_options: { include_usage: true } });
  // Settings that some models refuse are not sent to a model that we know nothing of.
  expect(Object.keys(request?.body ?? {}).sort()).toEqual(["messages", "model", "stream", "stream_options"]);
  expect(request?.body.messages.map(({ role }) => role)).toEqual(["system", "user"]);
  expect(request?.passages.map(({ number }) => number)).toEqual([1, 2]);
});

test("a server without keys gets none, and a model that thinks is told to be quick", async () => {
  await write([{}], { apiKey: undefined, model: "gpt-5-mini" });
  expect(provider.requests[0]?.authorization).toBeUndefined();
  expect(provider.requests[0]?.body).toMatchObject({ reasoning_effort: "low" });
});

test("without a provider's count of tokens, their number is unknown", async () => {
  const uncounted = await write([{ usage: false }]);
  expect(uncounted.text).toBe(whole);
  expect(uncounted.ending).toMatchObject({ how: "complete" });
  expect(uncounted.usage).toEqual({ inputTokens: null, cachedTokens: null, outputTokens: null });
});

test.each([
  ["more than there can be", { prompt_tokens: 1e12, completion_tokens: 1e12 }],
  ["less than nothing", { prompt_tokens: -1, completion_tokens: -1 }],
  ["halves", { prompt_tokens: 0.5, completion_tokens: 1.5, cached_tokens: 0.5 }],
])("a provider that counts %s has counted nothing", async (_, usage) => {
  const { text, ending, usage: counted } = await write([{ usage }]);
  expect(text).toBe(whole);
  expect(ending).toMatchObject({ how: "complete" });
  expect(counted).toMatchObject({ inputTokens: null, outputTokens: null });
});

test.each(["NO_ANSWER", "  **NO_ANSWER**.\n", "NO_ANSWER: the passages say nothing [1]."])(
  "a model that has no answer says nothing: %j",
  async (said) => {
    const { text, ending, usage, heard } = await write([{ text: said }]);
    expect([text, heard]).toEqual(["", said]);
    expect(ending).toMatchObject({ how: "declined" });
    expect(usage).toMatchObject({ inputTokens: 200 });
  },
);

test.each(["No. [1]", "N", "NO_WAY [1]", "** NO", ""])("what only begins like that is said: %j", async (said) => {
  expect(await write([{ text: said }])).toMatchObject({ text: said, ending: { how: "complete" } });
});

test.each<[string, Behaviour, string]>([
  ["cut off", { afterTokens: 6, fault: "cut" }, "the provider broke off"],
  ["ended without an end", { afterTokens: 6, fault: "end" }, "the provider's stream was faulty"],
  ["malformed", { afterTokens: 6, fault: "malformed" }, "the provider's stream was faulty"],
  ["an error", { afterTokens: 6, fault: "error" }, "the provider's stream was faulty"],
  ["too long", { text: "Drop them into the folder.", finishReason: "length" }, "limit of length"],
  ["filtered", { text: "Drop them into the folder.", finishReason: "content_filter" }, "content filter"],
])("in mid-answer %s: what came is kept, and nothing is asked again", async (_, behaviour, reason) => {
  const { text, ending } = await write([behaviour]);
  expect(text).toBe("Drop them into the folder.");
  expect(ending).toMatchObject({ how: "cut_off", reason: expect.stringContaining(reason) });
  expect(provider.requests).toHaveLength(1);
});

test.each<[string, Behaviour]>([
  ["500", { status: 500 }],
  ["429", { status: 429, headers: { "retry-after": "0.001" } }],
  ["cut off", { afterTokens: 0, fault: "cut" }],
  ["cut off in its first letters", { text: "NO_ANSWER", afterTokens: 1, fault: "cut" }],
  ["malformed", { afterTokens: 0, fault: "malformed" }],
])("before the first word %s: it is asked again", async (_, behaviour) => {
  const { text, ending } = await write([behaviour, behaviour]);
  expect([text, ending.how]).toEqual([whole, "complete"]);
  expect(provider.requests).toHaveLength(3);
});

test("a provider is not asked again a moment before the time that it named, when it would not be let through", async () => {
  // Of a single one, six in seven would pass in any case.
  for (let time = 0; time < 30; time++) {
    const { text } = await write([{ status: 429, headers: { "retry-after": "0.001" } }]);
    expect(text).toBe(whole);
  }
});

test.each<[number, number, string]>([
  [500, 3, "answered with status 500"],
  [429, 3, "rate limit or quota"],
  [401, 1, "refused the API key"],
  [403, 1, "refused the API key"],
  [404, 1, "knows no such model"],
  [400, 1, "answered with status 400"],
])("a provider that answers nothing but %i is asked %i times and then given up", async (status, times, reason) => {
  const { text, ending, usage, tried } = await write([{ status }, { status }, { status }].slice(0, times));
  expect(text).toBe("");
  expect(usage).toEqual({ inputTokens: 0, cachedTokens: 0, outputTokens: 0 });
  expect(ending).toMatchObject({ how: "cut_off", reason: expect.stringContaining(reason) });
  expect(tried.map(({ how }) => how)).toEqual(Array.from({ length: times }, () => "cut_off"));
  expect(ending.reason).not.toContain("key-for-tests");
  expect(ending.reason).not.toContain("documents");
  expect(provider.requests).toHaveLength(times);
});

test("a provider that wants to be left alone for long is not waited for", async () => {
  const { ending } = await write([{ status: 429, headers: { "retry-after": "30" } }]);
  expect(ending).toMatchObject({ how: "cut_off" });
  expect(provider.requests).toHaveLength(1);
});

test("a provider that can't be reached is an ending too", async () => {
  const gone = await startFakeProvider();
  await gone.close();
  const { ending } = await write([], { baseUrl: gone.url });
  expect(ending).toMatchObject({ how: "cut_off", reason: "the provider can't be reached" });
});

test.each<[string, Behaviour, string]>([
  ["before the first word", { afterTokens: 0, fault: "stall" }, ""],
  ["in mid-answer", { afterTokens: 6, fault: "stall" }, "Drop them into the folder."],
])("a provider that falls silent %s is not waited for, and left", async (_, behaviour, said) => {
  const { text, ending } = await write([behaviour], { idleTimeoutMs: 1_000 });
  expect(text).toBe(said);
  expect(ending).toMatchObject({ how: "cut_off", reason: "the provider said nothing for 1000 ms" });
  expect(provider.requests).toHaveLength(1);
  await expect.poll(() => provider.requests[0]?.aborted).toBe(true);
});

test("an answer that goes on for ever is cut, although words keep coming", async () => {
  const behaviour = { text: "on and on ".repeat(1_000), tokensPerSecond: 50 };
  const { text, ending } = await write([behaviour], { timeoutMs: 1_000 });
  expect(text).toMatch(/^on and on/);
  expect(ending).toMatchObject({ how: "cut_off", reason: "the answer was not complete after 1000 ms" });
  await expect.poll(() => provider.requests[0]?.aborted).toBe(true);
});

test("a provider that was given too little time is not to blame", async () => {
  const circuit = createCircuit();
  for (let time = 0; time < 6; time++) {
    const { ending } = await write([{ afterTokens: 0, fault: "stall" }], { timeoutMs: 20, circuit });
    expect(ending).toMatchObject({ how: "cut_off", reason: "the answer was not complete after 20 ms" });
  }
  expect((await write([{}], { circuit })).text).toBe(whole);
});

test("whoever calls can stop it at any moment: in mid-answer, and while it waits to ask again", async () => {
  const stop = new AbortController();
  provider.enqueue({ tokensPerSecond: 50 });
  const model = createModel({ baseUrl: provider.url, model: "fake-1" });
  const words = model.write(question, { signal: stop.signal, timeoutMs: 20_000, idleTimeoutMs: 20_000, ...unmetered });
  await words.next();
  stop.abort(new Error("taken over"));
  await expect(words.next()).rejects.toThrow();
  await expect.poll(() => provider.requests[0]?.aborted).toBe(true);

  const leave = new AbortController();
  const waiting = write([{ status: 500 }], { retryDelaysMs: [4_000], signal: leave.signal });
  const left = expect(waiting).rejects.toThrow();
  await expect.poll(() => provider.requests.length).toBe(2);
  leave.abort(new Error("taken over"));
  await left;
});

test("whoever stops reading in mid-answer closes the request", async () => {
  provider.enqueue({ tokensPerSecond: 50 });
  const model = createModel({ baseUrl: provider.url, model: "fake-1" });
  const limits = { signal: new AbortController().signal, timeoutMs: 20_000, idleTimeoutMs: 20_000, ...unmetered };
  for await (const _ of model.write(question, limits)) break;
  await expect.poll(() => provider.requests[0]?.aborted).toBe(true);
});
