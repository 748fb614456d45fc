import { randomUUID } from "node:crypto";
import { KnowledgeTestId, type KnowledgeTestRunId, SiteSettings, SourceId } from "@parley/contracts";
import { crawls, messages, sources, tenantEmbedders } from "@parley/db/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answerer } from "../assistant/answerer.ts";
import { builtInAnswerer } from "../assistant/built-in-answerer.ts";
import { recordSpending } from "../costs/record-spending.ts";
import { createMinilmEmbedder } from "../knowledge/embedders/minilm.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { handbook, openTestedShop, questions, returns, shipping, warranty } from "../testing/tested-shop.ts";
import { createWorld, type World } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { giveUpRun } from "./replay-tests.ts";

let world: World;
let embedder: Embedder;
beforeAll(async () => {
  world = await createWorld();
  embedder = await createMinilmEmbedder();
});
afterAll(async () => {
  await embedder.close();
  await world[Symbol.asyncDispose]();
});

const newShop = () => openTestedShop(world, embedder);

test("when a paragraph is deleted, exactly the questions that depend on it turn red, and the change is named", async () => {
  const { library, pinAll, noticeAndReplay, api } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  const { returns: r, shipping: s, warranty: w } = questions;
  expect(await noticeAndReplay()).toEqual({ [r]: "passed", [s]: "passed", [w]: "passed" });

  await library.read("handbook.md", handbook(returns, warranty));
  expect(await noticeAndReplay()).toEqual({ [r]: "passed", [s]: "failed", [w]: "passed" });
  const [run] = await api.knowledgeTests.runs();
  expect(run).toMatchObject({
    ...{ cause: "changed", status: "finished", total: 3, passed: 2, failed: 1 },
    changes: [{ kind: "document", title: "Handbook", version: 2 }],
  });
  const tests = await api.knowledgeTests.list();
  const red = tests.find(({ question }) => question === s);
  if (!red) throw new Error("the test is gone");
  const { results, expected } = await api.knowledgeTests.get({ testId: red.id });
  expect(results[0]).toMatchObject({ verdict: "failed", missing: { citations: [0] } });
  expect(expected?.citations[0]?.text).toContain("boat every Tuesday");

  // It comes back, further down and in another document's version: what it says is what it is known by.
  await library.read("handbook.md", handbook(warranty, returns, shipping));
  expect(await noticeAndReplay()).toEqual({ [r]: "passed", [s]: "passed", [w]: "passed" });
});

test("taking a whole document out turns its questions red, too", async () => {
  const { library, pinAll, noticeAndReplay, api } = await newShop();
  await library.read("a.md", handbook(returns, warranty));
  const { documentId } = await library.read("b.md", `# Delivery\n\n${shipping}\n`);
  await pinAll();
  await noticeAndReplay();
  await library.remove(documentId);
  const { returns: r, shipping: s, warranty: w } = questions;
  expect(await noticeAndReplay()).toEqual({ [r]: "passed", [s]: "failed", [w]: "passed" });
  const [run] = await api.knowledgeTests.runs();
  expect(run?.changes).toEqual([{ kind: "removed", title: "Delivery" }]);
});

test("guidance, another model and the same at another address have the tests asked again; what is the same has not", async () => {
  const { library, pinAll, notice, orders, deps, replay, api } = await newShop();
  await notice();
  expect(orders).toEqual([]);
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  await notice();
  expect(orders).toHaveLength(1);
  for (const runId of orders.splice(0)) await replay(runId);
  await notice();
  await library.add("handbook.md", handbook(returns, shipping, warranty));
  await notice();
  expect(orders).toEqual([]);

  const current = await api.assistant.settings.get();
  const { version, ...settings } = current;
  await api.assistant.settings.change({ basedOn: version, settings: { ...settings, guidance: "Be kind." } });
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  expect((await api.knowledgeTests.runs())[0]?.changes).toEqual([{ kind: "settings", version: version + 1 }]);

  deps.modelsOf = writtenBy({ ...builtInAnswerer, model: "another" });
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  expect((await api.knowledgeTests.runs())[0]?.changes).toEqual([{ kind: "answerer", name: "another (best)" }]);

  deps.modelsOf = writtenBy({ ...builtInAnswerer, model: "another", server: "https://models.example/v1" });
  await notice();
  expect(orders).toHaveLength(1);
  for (const runId of orders.splice(0)) await replay(runId);
  expect((await api.knowledgeTests.runs())[0]?.changes).toEqual([{ kind: "answerer", name: "another (best)" }]);
  await notice();
  expect(orders).toEqual([]);
});

test("while a document is being read in nothing is asked, and once when all are", async () => {
  const { library, pinAll, notice, orders } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  await library.add("new.md", "# New\n\nSomething new.\n");
  await notice();
  expect(orders).toEqual([]);
  await library.ingest();
  await notice();
  await notice();
  expect(orders).toHaveLength(1);
});

test("while a site is crawled nothing is asked, and once at its end", async () => {
  const { library, tenantId, pinAll, notice, orders } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  await world.db.transaction(tenantId, async (tx) => {
    const sourceId = SourceId.parse(randomUUID());
    const settings = SiteSettings.parse({ address: "https://shop.example/" });
    await tx.insert(sources).values({ id: sourceId, name: "shop.example", kind: "site", settings });
    await tx.insert(crawls).values({ sourceId, status: "running" });
  });
  await notice();
  expect(orders).toEqual([]);
  await world.db.transaction(tenantId, (tx) => tx.update(crawls).set({ status: "done" }));
  await notice();
  expect(orders).toHaveLength(1);
});

test("a test that is written by hand has no verdict until somebody says that the answer is right", async () => {
  const { library, noticeAndReplay, verdicts, api } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping));
  const testId = KnowledgeTestId.parse(randomUUID());
  await api.knowledgeTests.create({ id: testId, question: questions.shipping, words: [] });
  await api.knowledgeTests.create({ id: testId, question: questions.shipping, words: [] });
  expect(await noticeAndReplay()).toEqual({ [questions.shipping]: "new" });
  const { results } = await api.knowledgeTests.get({ testId });
  const runId = results[0]?.runId as KnowledgeTestRunId;
  await api.knowledgeTests.accept({ testId, runId });
  expect(await verdicts()).toEqual({ [questions.shipping]: "passed" });
  await library.read("handbook.md", handbook(returns));
  expect(await noticeAndReplay()).toEqual({ [questions.shipping]: "failed" });

  await api.knowledgeTests.remove({ testId });
  expect(await api.knowledgeTests.list()).toEqual([]);
});

test("words that the answer has to hold are looked for", async () => {
  const { library, ask, pin, noticeAndReplay, api } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping));
  const testId = await pin(await ask(questions.shipping));
  await api.knowledgeTests.change({ testId, words: ["tuesday", "plane"] });
  await noticeAndReplay();
  const { results } = await api.knowledgeTests.get({ testId });
  expect(results[0]).toMatchObject({ verdict: "failed", missing: { citations: [], words: ["plane"] } });
});

test("a question that goes on from another is asked with what was said before it", async () => {
  const { library, ask, pin, noticeAndReplay, api } = await newShop();
  await library.read(
    "handbook.md",
    handbook(returns, "## Shipping\n\nWe ship to Iceland. Shipping to Iceland costs 20 euros."),
  );
  await ask("Do you ship to Iceland?");
  const testId = await pin(await ask("And how much is it?"));
  const { history } = await api.knowledgeTests.get({ testId });
  expect(history[0]).toEqual({ author: "contact", text: "Do you ship to Iceland?" });
  await noticeAndReplay();
  expect((await api.knowledgeTests.get({ testId })).results[0]?.answer).toContain("20 euros");
});

test("only an answer of the assistant's can be pinned", async () => {
  const { api, say } = await newShop();
  const { id: messageId } = await say("Hello?");
  const pin = api.knowledgeTests.pin({ id: KnowledgeTestId.parse(randomUUID()), messageId });
  await expect(pin).rejects.toMatchObject({ message: "test.no_answer" });
});

test("a run that is cancelled stops after the question that is being asked, and says so", async () => {
  const { library, pinAll, deps, replay, api } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  const { runId } = await api.knowledgeTests.start();
  expect(await api.knowledgeTests.start()).toEqual({ runId });
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    async *write(...given) {
      await api.knowledgeTests.cancel({ runId });
      return yield* builtInAnswerer.write(...given);
    },
  });
  await replay(runId);
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ status: "cancelled", total: 3, passed: 0 });
  await replay(runId);
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ status: "cancelled", passed: 0 });
});

test("a run whose worker dies is gone on with, and one that can't be made says so", async () => {
  const { library, pinAll, deps, replay, api, tenantId } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  const { runId } = await api.knowledgeTests.start();
  const dies = new AbortController();
  let asked = 0;
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    async *write(...given) {
      asked += 1;
      if (asked === 2) dies.abort(new Error("the process ends"));
      return yield* builtInAnswerer.write(...given);
    },
  });
  await expect(replay(runId, dies.signal)).rejects.toThrow("the process ends");
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ status: "running", total: 3, passed: 1 });
  await replay(runId);
  expect(asked).toBe(4);
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ status: "finished", passed: 3 });

  const { runId: next } = await api.knowledgeTests.start();
  await giveUpRun(deps, { tenantId, runId: next }, "It could not be done.");
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ status: "failed", failure: "It could not be done." });
});

test("where a spent budget or a provider that fails answers, nothing turns red: the run is broken off and says why", async () => {
  const { library, pinAll, notice, orders, deps, replay, verdicts, api, tenantId } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  const green = await verdicts();
  expect(new Set(Object.values(green))).toEqual(new Set(["passed"]));

  const spend = (costMicros: number) =>
    world.db.transaction(tenantId, (tx) =>
      recordSpending(tx, { purpose: "answer" }, [
        {
          ...{ id: randomUUID(), provider: "Ours", model: "large", tier: 1, countedBy: "provider", costMicros },
          ...{ inputTokens: 1, cachedTokens: 0, outputTokens: 1, largeCostMicros: costMicros },
        },
      ]),
    );
  await api.costs.setBudget({ monthlyMicros: 1_000_000, cheaperAt: 20, builtInAt: 50, personAt: 100 });
  const large: Answerer = {
    ...{ ...builtInAnswerer, answerer: "language-model", provider: "Ours", model: "large" },
    // biome-ignore lint/correctness/useYield: it has no words
    async *write(_question, { onTried }) {
      onTried({ id: null, how: "cut_off", reason: "its provider is out of reach" });
      return { how: "cut_off", reason: "its provider is out of reach" };
    },
  };
  deps.modelsOf = writtenBy(large);
  await library.read("handbook.md", handbook(returns));
  const broken = async () => {
    const { runId } = await api.knowledgeTests.start();
    await replay(runId);
    expect(await verdicts()).toEqual(green);
    return (await api.knowledgeTests.runs())[0];
  };
  expect(await broken()).toMatchObject({
    status: "failed",
    failure: expect.stringContaining("provider did not answer"),
  });
  for (const _step of ["built_in", "person"]) {
    await spend(500_000);
    expect(await broken()).toMatchObject({ status: "failed", failure: expect.stringContaining("budget") });
  }

  // What was not asked is asked once the change is noticed again, and what had changed is named still.
  await api.costs.removeBudget();
  deps.modelsOf = writtenBy();
  await notice();
  expect(orders).toHaveLength(1);
  for (const runId of orders.splice(0)) await replay(runId);
  expect(await api.knowledgeTests.runs()).toMatchObject([
    { status: "finished", failed: 2, changes: [{ kind: "document", title: "Handbook", version: 2 }] },
    ...["failed", "failed", "failed", "finished"].map((status) => ({ status })),
  ]);
});

test("what changed before a run that was cancelled is named by the next one", async () => {
  const { library, pinAll, notice, orders, replay, api, deps } = await newShop();
  await library.read("a.md", handbook(returns, warranty));
  await library.read("b.md", `# Delivery\n\n${shipping}\n`);
  await pinAll();
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);

  await library.read("a.md", handbook(returns));
  await notice();
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    async *write(...given) {
      for (const runId of orders) await api.knowledgeTests.cancel({ runId });
      return yield* builtInAnswerer.write(...given);
    },
  });
  for (const runId of orders) await replay(runId);
  expect(await api.knowledgeTests.runs()).toMatchObject([{ status: "cancelled" }, { status: "finished" }]);
  orders.length = 0;
  deps.modelsOf = writtenBy();
  await library.read("b.md", `# Delivery\n\n${shipping} Or on foot.\n`);
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  const [run] = await api.knowledgeTests.runs();
  expect(run?.changes).toMatchObject([{ title: "Delivery" }, { title: "Handbook" }]);
});

test("another embedder has the tests asked again", async () => {
  const { library, pinAll, notice, orders, replay, tenantId, api } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  await world.db.transaction(tenantId, (tx) =>
    tx.insert(tenantEmbedders).values({ state: "current", kind: "installation", embedderId: "another" }),
  );
  await notice();
  expect(orders).toHaveLength(1);
  await world.db.transaction(tenantId, (tx) => tx.delete(tenantEmbedders));
  for (const runId of orders.splice(0)) await replay(runId);
  await world.db.transaction(tenantId, (tx) =>
    tx.insert(tenantEmbedders).values({ state: "current", kind: "built-in", embedderId: "another" }),
  );
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  expect((await api.knowledgeTests.runs())[0]?.changes).toEqual([{ kind: "embedder" }]);
});

test("a run asks the tests that were there when it began, and counts none that is gone", async () => {
  const { library, pinAll, deps, replay, api } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  const { runId } = await api.knowledgeTests.start();
  const [last] = await api.knowledgeTests.list();
  let asked = 0;
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    async *write(...given) {
      asked += 1;
      if (asked === 1) {
        await api.knowledgeTests.create({ id: KnowledgeTestId.parse(randomUUID()), question: "Why?", words: [] });
        await api.knowledgeTests.remove({ testId: last?.id as KnowledgeTestId });
      }
      return yield* builtInAnswerer.write(...given);
    },
  });
  await replay(runId);
  expect(asked).toBe(2);
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ status: "finished", total: 2, passed: 2 });
});

test("an answer that is pinned twice is one test", async () => {
  const { library, ask, api } = await newShop();
  await library.read("handbook.md", handbook(returns));
  const messageId = await ask(questions.returns);
  const pins = Array.from({ length: 3 }, () =>
    api.knowledgeTests.pin({ id: KnowledgeTestId.parse(randomUUID()), messageId }),
  );
  const pinned = await Promise.all(pins);
  expect(new Set(pinned.map(({ testId }) => testId)).size).toBe(1);
  expect(await api.knowledgeTests.list()).toHaveLength(1);
});

test("nothing of a replay reaches a conversation", async () => {
  const { library, pinAll, noticeAndReplay, tenantId } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  await pinAll();
  const countAll = () => world.db.read(tenantId, (read) => read.select({ id: messages.id }).from(messages));
  const before = await countAll();
  await noticeAndReplay();
  expect(await countAll()).toEqual(before);
});
