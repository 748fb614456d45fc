import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { countCharacters } from "../testing/count-characters.ts";
import { makePassage } from "../testing/make-passage.ts";
import { noMeter } from "../testing/written-by.ts";
import type { Answerer, Question } from "./answerer.ts";
import { type Asking, askInTurn } from "./ask-in-turn.ts";
import { createToolbox } from "./tools/toolbox.ts";

const question: Question = {
  text: "When does my order leave?",
  history: [],
  passages: [makePassage("An order that was placed before noon leaves our warehouse on the same day.")],
};

/** Somebody whose words have all come already. */
function answererOf(chunks: Iterable<string>): Answerer {
  return {
    ...{ answerer: "language-model", provider: "Ours", model: "fake", readsHistory: true },
    async *write() {
      yield* chunks;
      return { how: "complete", reason: null };
    },
  };
}

type Told = { signal?: AbortSignal; of?: Question; better?: Answerer };

async function ask(first: Answerer | Iterable<string>, { signal, of = question, better }: Told = {}) {
  let shown = "";
  const asking: Asking = {
    ...{ timeoutMs: 20_000, idleTimeoutMs: 20_000, large: undefined },
    signal: signal ?? new AbortController().signal,
    meter: { ...noMeter, admit: async () => null, addFree: () => {}, spent: () => [] },
    onWords: (words) => {
      shown += words;
    },
    onAttempt: () => {},
  };
  const steps = ["write" in first ? first : answererOf(first), ...(better ? [better] : [])].map((answerer, index) => {
    return { level: index + 1, answerer, onlyForFailure: false };
  });
  const draft = await askInTurn(steps, of, asking);
  return { shown, draft };
}

function* cut(text: string, size: number): Generator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

test.each([
  ["links that are none", "x [1] ", "](a)[1]"],
  ["citations", "x [1] ", "[1]"],
  ["citations of words that do not hold", "", "Bananas grow on trees in Ecuador [1]. "],
  ["addresses", "x [1] ", "https://evil.example/(a [1] "],
  ["one long word", "x [1] ", "word"],
  ["packed words", "x [1] ", "QmFuYW5hcw+/"],
])("the time that an answer takes grows as it does, of whatever it is made: %s", async (_what, first, more) => {
  const text = first + more.repeat(Math.ceil(14_000 / more.length));
  for (const size of [7, 14_000]) {
    const take = (length: number) =>
      countCharacters(() => ask(cut(text.slice(0, length), size), { better: answererOf([]) }));
    // What is the same for each is left out.
    const nothing = await take(0);
    const half = (await take(7_000)) - nothing;
    const whole = (await take(14_000)) - nothing;
    expect(whole / half).toBeLessThan(2.6);
  }
});

test("an address is looked for once in what came from the visitor's account, however often it is said", async () => {
  let read = 0;
  class Results extends Map<number, string> {
    override values() {
      read++;
      return super.values();
    }
  }
  const results = new Results([[2, '{"url":"https://shop.example/o/12"}']]);
  const toolbox = { tools: [], calls: [], results, begin: () => {}, call: async () => "" };
  const said = "Order: https://shop.example/o/12 was sent [2]. ".repeat(40);
  const of = { ...question, toolbox, accountLabel: "*(from your account)*" };
  const { draft, shown } = await ask(cut(said, 5), { of });
  expect(draft.verdict).toBe("answered");
  expect(shown).toContain("https://shop.example/o/12 was sent");
  expect(read).toBe(1);
});

test.each<[string, string[], string]>([
  ["nothing: its words were made up", [], "uncited"],
  ["the same, which is asked once", ["A1"], "answered"],
])("what the one before looked up is nobody else's to cite: the next one looks up %s", async (_, orders, verdict) => {
  let asked = 0;
  const lookUp = {
    ...{ name: "look_up_order", description: "Looks up an order.", schema: { type: "object", properties: {} } },
    call: async () => ({ outcome: "ok" as const, text: `sent on Monday, for the ${++asked}. time`, durationMs: 1 }),
  };
  const toolbox = createToolbox([lookUp], 2);
  const looksUp = (ids: readonly string[], words: string): Answerer => ({
    ...answererOf([]),
    async *write({ toolbox: own }, { signal }) {
      for (const order of ids) await own?.call("look_up_order", { order }, signal);
      yield words;
      return { how: "complete", reason: null };
    },
  });
  const first = looksUp(["A1"], "Bananas grow on trees in Ecuador and Peru [1].");
  const of = { ...question, toolbox, accountLabel: "*(from your account)*" };
  const { draft } = await ask(first, { of, better: looksUp(orders, "It was sent on Monday [2].") });
  expect(draft.answerer).not.toBe(first);
  expect(draft.verdict).toBe(verdict);
  expect(asked).toBe(1);
});

test("a citation of the visitor's account alone is no answer, as one of a passage is none", async () => {
  const results = new Map([[2, "sent on Monday"]]);
  const toolbox = { tools: [], calls: [], results, begin: () => {}, call: async () => "" };
  const of = { ...question, toolbox, accountLabel: "*(from your account)*" };
  for (const said of ["[2]", "[1]", "[1] [2]."]) {
    const { draft, shown } = await ask([said], { of });
    expect([draft.verdict, shown]).toEqual(["uncited", ""]);
  }
  expect((await ask(["It was sent on Monday [2]."], { of })).draft.verdict).toBe("answered");
});

test("whoever calls an answer off is heard, although all of its words have come already", async () => {
  const called = new AbortController();
  let read = 0;
  function* words() {
    for (; read < 5_000; read++) yield "on ";
  }
  const asked = expect(ask(words(), { signal: called.signal })).rejects.toThrow("taken over");
  await setImmediate();
  called.abort(new Error("taken over"));
  await asked;
  expect(read).toBeLessThan(500);
});

test("of one that is too long no more is looked at than may be, also where it comes in one piece", async () => {
  const { draft, shown } = await ask([`Orders leave on the same day [1]. ${"on and on ".repeat(100_000)}`]);
  expect(draft).toMatchObject({ verdict: "partial", reason: "the model did not come to an end" });
  expect(shown.length).toBeLessThanOrEqual(16_000);
  expect(draft.screen.supported).toBe("Orders leave on the same day [1].");
});
