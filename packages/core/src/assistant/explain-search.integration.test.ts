import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import type { Answerer } from "./answerer.ts";
import { extractAnswer } from "./extractive/extract-answer.ts";
import { createModel } from "./models/model.ts";
import { passagesPerAnswer } from "./retrieve.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function newPlace() {
  const tenant = await world.tenant();
  return { ...tenant, library: createLibrary(world.db, tenant.tenantId, createWordEmbedder()) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const lamps = `# Lamps

A refund for a broken lamp takes ten days. The lamps are made of brass, and each lamp is tested.

## Prices

A lamp costs nine euros. The postage is free.
`;

test("what each word counts adds up to what the words of a passage count, to the letter", async () => {
  const { api, library } = await newPlace();
  await library.read("lamps.md", lamps);
  await library.read(
    "kettles.md",
    "# Kettles\n\nThe refund for a well-known kettle takes long: see example.com/refunds.\n",
  );
  const question = "How long does a refund for the broken lamp, a well-known one of example.com/refunds, take?";
  const { words, passages } = await api.assistant.explainSearch({ question });

  expect(passages.length).toBeGreaterThan(2);
  for (const { chunkId, lexical } of passages) {
    expect(sum(words.map(({ shares }) => shares[chunkId] ?? 0))).toBeCloseTo(lexical, 9);
  }
  expect(words.map(({ word }) => word)).not.toContain("the");
  const worthOf = (asked: string) => words.find(({ word }) => word === asked);
  expect(worthOf("broken")?.chunks).toBe(1);
  expect(worthOf("broken")?.worth).toBeGreaterThan(worthOf("refund")?.worth ?? Number.NaN);
});

test("a passage says where it stands, which words it holds, and what its place in the order came from", async () => {
  const { api, library } = await newPlace();
  const { documentId } = await library.read("lamps.md", lamps);
  await library.read("lamps.md", `${lamps}\nSold out.\n`);
  const { passages } = await api.assistant.explainSearch({
    question: "How long does a refund for a broken lamp take?",
  });
  const [best] = passages;
  if (!best) throw new Error("nothing was found");
  expect(best).toMatchObject({ number: 1, documentId, version: 2, ordinal: 0, pages: null, isGiven: true });
  expect(best.score).toBeCloseTo(0.9 * best.fused + 0.1 * (best.bestSentence?.rating ?? 0), 9);
  const at = ({ start, end }: { start: number; end: number }) => best.text.slice(start - best.start, end - best.start);
  expect(best.bestSentence && at(best.bestSentence)).toBe("A refund for a broken lamp takes ten days.");
  expect(best.marks.map(at)).toEqual(["refund", "broken", "lamp", "takes", "lamps", "lamp"]);
  const scores = passages.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

test("the verdict is the built-in answerer's own, with what it takes to answer", async () => {
  const { api, library } = await newPlace();
  await library.read("lamps.md", lamps);
  for (const question of ["How long does a refund for a broken lamp take?", "Who was the king of Mongolia in 1302?"]) {
    const { passages, verdict } = await api.assistant.explainSearch({ question });
    const answer = extractAnswer(question, passages.slice(0, passagesPerAnswer));
    expect(verdict.outcome).toBe(answer.outcome);
    if (!verdict.measure) throw new Error("there is something to quote");
    expect(verdict.measure.value >= verdict.measure.needed).toBe(answer.outcome === "answered");
    const quotes = passages.flatMap(({ text, start, quotes }) =>
      quotes.map((quote) => text.slice(quote.start - start, quote.end - start)),
    );
    expect(quotes).toEqual(answer.outcome === "answered" ? answer.sentences.map(({ text }) => text) : []);
  }
  expect((await api.assistant.explainSearch({ question: "Hello" })).verdict).toEqual({
    outcome: "small_talk",
    measure: null,
  });
});

test("a question that goes on from another is searched as what it means", async () => {
  const { api, library } = await newPlace();
  await library.read("lamps.md", lamps);
  await library.read("kettles.md", "# Kettles\n\nA kettle costs two euros.\n");
  const question = "And how much is it?";
  expect((await api.assistant.explainSearch({ question })).asked).toBe(question);
  const { asked, passages } = await api.assistant.explainSearch({ question, before: "Do you have lamps?" });
  expect(asked).toBe("Do you have lamps?\nAnd how much is it?");
  expect(passages[0]?.path).toBe("lamps.md");
});

test("where a model reads what was said before, what it is given of that is there, and nothing else is marked as given", async () => {
  const { library, tenantId, member, owner } = await newPlace();
  for (const colour of ["red", "blue", "green", "white", "black", "brown", "grey"]) {
    await library.read(`${colour}.md`, `# Delivery\n\nThe delivery of ${colour} paint takes two days.\n`);
  }
  await library.read("kettles.md", "# Kettles\n\nKettles come from Norway and are painted by hand.\n");
  const asked = {
    question: "How long does the delivery of paint take?",
    before: "Where do kettles come from, Norway?",
  };
  const model = createModel({ baseUrl: "http://localhost/v1", model: "m" });
  const explain = (...models: Answerer[]) =>
    world
      .apiFor({
        user: { id: owner.userId, name: "Ada", email: "ada@example.com" },
        caller: { kind: "member", tenantId, ...member, role: "viewer" },
        models: { ...world.models, of: writtenBy(...models) },
      })
      .assistant.explainSearch(asked);
  const given = ({ passages }: Awaited<ReturnType<typeof explain>>) =>
    passages.filter(({ isGiven }) => isGiven).map(({ path }) => path);
  const ofBuiltIn = given(await explain());
  const ofModel = given(await explain(model));
  expect(ofBuiltIn).not.toContain("kettles.md");
  expect(ofModel).toContain("kettles.md");
  expect([ofBuiltIn.length, ofModel.length]).toEqual([passagesPerAnswer, passagesPerAnswer]);
});

test("a search finds nothing of another tenant, and its words are worth what they are among its own documents", async () => {
  const [ours, theirs] = [await newPlace(), await newPlace()];
  await ours.library.read("lamps.md", lamps);
  const before = await ours.api.assistant.explainSearch({ question: "the brass lamp" });
  await theirs.library.read("lamps.md", lamps);
  await theirs.library.read("brass.md", "# Brass\n\nBrass is brass, and a lamp is a lamp.\n");
  expect(await ours.api.assistant.explainSearch({ question: "the brass lamp" })).toEqual(before);
  const foreign = (await theirs.api.assistant.explainSearch({ question: "the brass lamp" })).passages;
  expect(foreign.map(({ documentId }) => documentId)).not.toContain(before.passages[0]?.documentId);
});

test("a search that is one too many is refused before anything is searched", async () => {
  const { tenantId, member, owner } = await newPlace();
  const refused = new TRPCError({ code: "TOO_MANY_REQUESTS" });
  const { assistant } = world.apiFor({
    user: { id: owner.userId, name: "Ada", email: "ada@example.com" },
    caller: { kind: "member", tenantId, ...member, role: "viewer" },
    countSearch: () => Promise.reject(refused),
    embedder: { ...createWordEmbedder(), embed: () => Promise.reject(new Error("it was searched")) },
  });
  await expect(assistant.explainSearch({ question: "Where?" })).rejects.toBe(refused);
});
