import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import {
  DocumentId,
  defaultAssistantSettings,
  KnowledgeTestId,
  type KnowledgeTestRunId,
  MemberId,
  ModelId,
  ModelProviderId,
  SourceId,
  testLimits,
} from "@parley/contracts";
import { crawls, documents, knowledgeTestRuns } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInAnswerer } from "../assistant/built-in-answerer.ts";
import { composeAnswer } from "../assistant/compose-answer.ts";
import { nameModels } from "../assistant/name-models.ts";
import { createWorkspaceModels } from "../assistant/workspace-models.ts";
import { listAuditEntries } from "../audit/list-entries.ts";
import { createMeter } from "../costs/meter.ts";
import { addDocumentAsOperator } from "../knowledge/add-document-as-operator.ts";
import { clearDocument } from "../knowledge/clear-document.ts";
import { createMinilmEmbedder } from "../knowledge/embedders/minilm.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { discardHeld, lockHeld, publishHeld } from "../knowledge/publish-held.ts";
import { readDocument } from "../knowledge/read-document.ts";
import { searchKnowledge } from "../knowledge/search.ts";
import { lockMembers } from "../tenants/acting-member.ts";
import { testObjects } from "../testing/test-objects.ts";
import { handbook, openTestedShop, questions, returns, shipping, warranty } from "../testing/tested-shop.ts";
import { createWorld, type World } from "../testing/world.ts";
import { writtenBy } from "../testing/written-by.ts";
import { cancelHeldRuns } from "./cancel-run.ts";

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

/** In a transaction: somebody waits for what it has locked. */
const isWaitedFor = sql`select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`;
const refused = (code: string) => ({ cause: { code } });

/** A shop with three pinned answers that pass, whose changes are checked from then on. */
async function newShop(mode: "ask" | "auto" = "ask") {
  const shop = await openTestedShop(world, embedder);
  const { api, library, tenantId, orders, replay, notice } = shop;
  const { documentId } = await library.read("handbook.md", handbook(returns, shipping, warranty));
  await shop.pinAll();
  await shop.noticeAndReplay();
  await api.knowledgeTests.changes.choose({ mode });
  const { changes } = api.knowledgeTests;
  /** As a worker does with what it hears of. */
  async function check() {
    await notice();
    for (const runId of orders.splice(0)) await replay(runId);
    return changes.get();
  }
  const publish = async (anyway = false) => {
    const { seen } = await changes.get();
    await changes.publish({ seen: seen ?? "", anyway });
  };
  async function audit() {
    const { entries } = await listAuditEntries(world.db, tenantId, {});
    return entries.map(({ action, details, actor }) => ({ action, details, actor: actor.kind }));
  }
  /** What a visitor is told. */
  async function answerTo(question: string): Promise<string> {
    const listener = {
      signal: new AbortController().signal,
      onWords: () => {},
      clock: () => new Date(),
      onAttempt: () => {},
    };
    const meter = createMeter({ db: world.db, tenantId, spentFor: { purpose: "answer" }, countTokens: () => 0 });
    const answer = await composeAnswer(shop.deps, tenantId, { text: question, history: [] }, { ...listener, meter });
    return answer.text;
  }
  /** Carries out what was ordered to be cleared. */
  const clear = () => clearDocument({ db: world.db, objects: testObjects }, { tenantId, documentId });
  return { ...shop, documentId, changes, check, publish, audit, answerTo, clear };
}

const { returns: r, shipping: s, warranty: w } = questions;

/** What members' own calls order from now on is told by what is returned. */
function runsOrdered(): () => KnowledgeTestRunId[] {
  const before = world.orders.length;
  return () =>
    world.orders
      .slice(before)
      .flatMap(({ name, order }) => (name === "replayTests" ? (order as { runId: KnowledgeTestRunId }).runId : []));
}

test("delete a paragraph: before it is published exactly the questions that depend on it turn red, while visitors are answered as before", async () => {
  const { library, check, changes, publish, verdicts, answerTo, orders, notice, audit, clear, api } = await newShop();
  await library.read("handbook.md", handbook(returns, warranty));
  expect(await answerTo(s)).toContain("boat every Tuesday");

  const held = await check();
  expect(held).toMatchObject({
    ...{ mode: "ask", tests: 3, documentsInAll: 1, settings: null, removals: [] },
    documents: [{ title: "Handbook", version: 2, isNew: false }],
    check: { status: "finished", asked: 3, failed: 1, isCurrent: true },
    answers: [
      {
        ...{ question: s, change: "red" },
        before: { verdict: "passed", answer: expect.stringContaining("boat every Tuesday") },
        after: { verdict: "failed" },
      },
    ],
  });
  expect(await changes.count()).toEqual({ mode: "ask", tests: 3, waiting: 1, failed: 1 });
  // What is in use is as it was, and so are its tests.
  expect(await verdicts()).toEqual({ [r]: "passed", [s]: "passed", [w]: "passed" });
  expect(await answerTo(s)).toContain("boat every Tuesday");
  expect(await library.audit()).toMatchObject({ mistaken: 0 });

  await expect(publish()).rejects.toMatchObject(refused("changes.unchecked"));
  await publish(true);
  expect(await answerTo(s)).not.toContain("boat every Tuesday");
  expect(await verdicts()).toEqual({ [r]: "passed", [s]: "failed", [w]: "passed" });
  expect(await changes.get()).toMatchObject({ seen: null, documents: [], check: null, answers: [] });
  // They were asked with it already.
  await notice();
  expect(orders).toEqual([]);
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({
    failed: 1,
    changes: [{ title: "Handbook", version: 2 }],
  });
  await clear();
  const sums = await library.audit();
  expect(sums).toMatchObject({ keptChunks: sums?.["chunks"], keptLength: sums?.["length"], hidden: 0, mistaken: 0 });
  expect(sums?.["stored"]).toBe(sums?.["chunks"]);
  const details = {
    documents: 1,
    removedDocuments: 0,
    removedSources: 0,
    models: false,
    settings: false,
    anyway: true,
  };
  expect((await audit())[0]).toEqual({ action: "changes.published", actor: "member", details });
});

test("a held version is searched as if it were live, with the same scores; otherwise it counts for nothing", async () => {
  const { library, tenantId, publish, clear } = await newShop();
  const question = "How long does the warranty of a kettle last?";
  const asked = () => library.search(question);
  const before = await asked();
  await library.read("handbook.md", handbook(warranty, returns));
  await library.read("new.md", "# Toasters\n\nThe warranty of every toaster lasts for ten years.\n");
  await library.read("handbook.md", handbook(warranty, returns, "## Kettles\n\nEvery kettle is blue, and lasts."));
  expect(await asked()).toEqual(before);
  const held = await searchKnowledge(world.db, embedder, tenantId, question, { limit: 10, scope: "held" });
  expect(held.map(({ text }) => text).join()).toContain("toaster");
  expect(held.map(({ text }) => text).join()).not.toContain("Iceland");
  await publish(true);
  expect(await asked()).toEqual(held);
  await clear();
  expect(await asked()).toEqual(held);
});

test("what is held is discarded: nothing of it is left, and a document that would have been new is gone", async () => {
  const { library, check, changes, publish, clear, api, documentId, answerTo, audit } = await newShop();
  await library.read("handbook.md", handbook(returns));
  const added = await library.read("new.md", "# New\n\nSomething new.\n");
  await api.assistant.settings.change({ basedOn: 0, settings: { ...defaultAssistantSettings, guidance: "Be kind." } });
  await api.knowledge.documents.remove({ documentId });
  expect(await changes.count()).toMatchObject({ waiting: 4, failed: 0 });
  const { seen } = await check();
  expect(await changes.count()).toMatchObject({ waiting: 4, failed: 3 });
  await changes.discard({ seen: seen ?? "" });
  expect(await changes.count()).toEqual({ mode: "ask", tests: 3, waiting: 0, failed: 0 });
  expect(await changes.get()).toMatchObject({ seen: null, documents: [], removals: [], settings: null, check: null });
  await expect(publish()).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(changes.publish({ seen: seen ?? "" })).rejects.toMatchObject(refused("changes.none"));
  const { versions } = await api.knowledge.documents.get({ documentId });
  expect(versions).toMatchObject([{ status: "failed", failureCode: "document.discarded" }, { status: "ready" }]);
  await expect(api.knowledge.documents.get({ documentId: added.documentId })).rejects.toThrow("document.not_found");
  await clear();
  expect(await answerTo(s)).toContain("boat every Tuesday");
  expect(await api.assistant.settings.get()).toMatchObject({ version: 0, guidance: "" });
  expect((await audit())[0]).toMatchObject({ action: "changes.discarded", details: { documents: 2, settings: true } });

  // The same words are held anew once they come anew.
  await library.read("handbook.md", handbook(returns));
  expect(await check()).toMatchObject({ documents: [{ version: 3 }], check: { failed: 2 } });
});

test("nothing is told of answers that were given with other changes than those that wait", async () => {
  const { library, check, changes } = await newShop();
  await library.read("handbook.md", handbook(returns));
  const { seen, answers } = await check();
  expect(answers).toHaveLength(2);
  await changes.discard({ seen: seen ?? "" });
  await library.read("new.md", "# New\n\nSomething new.\n");
  expect(await changes.get()).toMatchObject({
    ...{ documents: [{ title: "New" }], answers: [] },
    check: { status: "finished", isCurrent: false, asked: 0, failed: 0 },
  });
  expect(await changes.count()).toMatchObject({ waiting: 1, failed: 0 });
  expect(await check()).toMatchObject({ check: { isCurrent: true, asked: 3, failed: 0 }, answers: [] });
});

test("that a document goes is checked, too, unless it is to go at once", async () => {
  const { library, check, publish, documentId, api, answerTo, audit } = await newShop();
  const other = await library.read("other.md", "# Kettles\n\nEvery kettle is blue.\n");
  await publish(true);
  expect(await api.knowledge.documents.remove({ documentId })).toEqual({ held: true });
  expect(await answerTo(s)).toContain("boat every Tuesday");
  const held = await check();
  expect(held.removals).toMatchObject([{ documentId, title: "Handbook", askedBy: "Ada" }]);
  expect((await audit())[0]).toMatchObject({ action: "document.removal_held", actor: "member" });
  expect(held.answers.map(({ change }) => change)).toEqual(["red", "red", "red"]);
  await publish(true);
  await expect(api.knowledge.documents.get({ documentId })).rejects.toThrow("document.not_found");
  expect((await audit()).slice(0, 2).map(({ action }) => action)).toEqual(["document.removed", "changes.published"]);
  expect(await api.knowledge.documents.remove({ documentId: other.documentId, atOnce: true })).toEqual({ held: false });
  expect(await library.search("kettle")).toEqual([]);
  expect(await library.audit()).toMatchObject({ keptChunks: 0, keptLength: 0 });
});

test("that a source goes is checked with all that it holds, and with a version that is held of it", async () => {
  const { library, check, publish, api, audit } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping));
  const { sources } = await api.knowledge.sources.list();
  const [source] = sources;
  if (!source) throw new Error("there is no source");
  expect(await api.knowledge.sources.remove({ sourceId: source.id })).toEqual({ held: true });
  const held = await check();
  expect(held.removals).toMatchObject([{ sourceId: source.id, title: source.name, askedBy: "Ada" }]);
  expect((await audit())[0]).toMatchObject({ action: "source.removal_held", actor: "member" });
  expect(held.check).toMatchObject({ failed: 3 });
  expect(await library.search(s)).not.toEqual([]);
  await publish(true);
  expect(await library.search(s)).toEqual([]);
  expect(await api.knowledge.sources.list()).toMatchObject({ sources: [] });
  expect(await library.audit()).toMatchObject({ keptChunks: 0, keptLength: 0, mistaken: 0 });
});

test("guidance is not in use before it is published, and the tests are asked with it", async () => {
  const { check, publish, deps, api, orders, notice } = await newShop();
  const told: (string | undefined)[] = [];
  deps.modelsOf = writtenBy({
    ...{ ...builtInAnswerer, answerer: "language-model", model: "ours" },
    async *write(question, options) {
      told.push(question.settings?.guidance);
      return yield* builtInAnswerer.write(question, options);
    },
  });
  await notice();
  orders.length = 0;
  const change = (guidance: string, basedOnHeld?: string) =>
    api.assistant.settings.change({
      ...{ basedOn: 0, basedOnHeld },
      settings: { ...defaultAssistantSettings, guidance },
    });
  await change("Be kind.");
  expect(await api.assistant.settings.get()).toMatchObject({ version: 0, guidance: "" });
  const seen = async () => (await api.assistant.settings.held())?.seen;
  expect(await api.assistant.settings.held()).toMatchObject({ settings: { guidance: "Be kind." } });
  await expect(change("Be rude.")).rejects.toMatchObject(refused("assistant.settings_changed"));
  await change("Be brief.", await seen());

  const held = await check();
  expect(held).toMatchObject({ settings: { changed: ["guidance"], changedBy: "Ada" }, check: { failed: 0, asked: 3 } });
  expect(new Set(told)).toEqual(new Set(["Be brief."]));
  await publish();
  expect(await api.assistant.settings.get()).toMatchObject({ version: 1, guidance: "Be brief." });
  expect(await api.assistant.settings.held()).toBeNull();
  expect(await api.assistant.settings.versions()).toMatchObject([{ version: 1, changedBy: "Ada" }]);

  // What is so already is no change.
  const settings = { ...defaultAssistantSettings, guidance: "Be brief." };
  await api.assistant.settings.change({ basedOn: 1, settings: { ...settings, name: "Nova" } });
  await api.assistant.settings.change({ basedOn: 1, basedOnHeld: await seen(), settings });
  expect(await api.assistant.settings.held()).toBeNull();
});

test("settings that somebody looked at are not changed once others wait in their place", async () => {
  const { api, changes } = await newShop();
  const change = (guidance: string, basedOnHeld?: string) =>
    api.assistant.settings.change({
      ...{ basedOn: 0, basedOnHeld },
      settings: { ...defaultAssistantSettings, guidance },
    });
  const seen = async () => (await api.assistant.settings.held())?.seen;
  await change("Be kind.");
  const kind = await seen();
  await changes.discard({ seen: (await changes.get()).seen ?? "" });
  await change("Be brief.");
  await expect(change("Be kinder.", kind)).rejects.toMatchObject(refused("assistant.settings_changed"));
  await change("Be briefer.", await seen());
  expect(await api.assistant.settings.held()).toMatchObject({ settings: { guidance: "Be briefer." } });
});

test("other models write no answer before they are published, and the tests are asked with them", async () => {
  const { check, changes, publish, deps, api, tenantId, audit } = await newShop();
  const fetch = () => Promise.reject(new Error("nobody is called"));
  const secret = "a secret of tests alone, 32 characters or more";
  const workspace = createWorkspaceModels({ db: world.db, secret, fetch, installation: undefined });
  const written = async () => ({
    live: nameModels(await workspace.of(tenantId)),
    held: nameModels(await workspace.of(tenantId, "held")),
  });
  const { models } = api.assistant;
  const provider = { id: ModelProviderId.parse(randomUUID()), kind: "openai" as const, name: "Ours" };
  await models.saveProvider({ ...provider, apiKey: "key-of-a-tenant" });
  const small = { id: ModelId.parse(randomUUID()), providerId: provider.id, name: "small", enabled: true, level: 1 };
  const large = { ...small, id: ModelId.parse(randomUUID()), name: "large", level: 2 };
  await models.saveModel(small);
  await models.setQuality({ quality: "economical" });
  await models.setPrice({ modelId: small.id, validFrom: "2026-01-01", input: 1, output: 2 });
  expect(await written()).toEqual({ live: "built-in", held: "small of Ours (economical)" });

  const asked: (string | undefined)[] = [];
  deps.modelsOf = async (_, scope) => {
    asked.push(scope);
    return writtenBy()();
  };
  expect(await check()).toMatchObject({ models: { changedBy: "Ada" }, check: { asked: 3, failed: 0 } });
  expect(asked.filter((scope) => scope === "held").length).toBeGreaterThanOrEqual(3);
  await publish(true);
  expect(await written()).toEqual({ live: "small of Ours (economical)", held: "small of Ours (economical)" });
  expect((await audit())[0]).toMatchObject({ action: "changes.published", details: { models: true } });

  const before = await models.list();
  expect(before).toMatchObject({ isHeld: false, quality: "economical", models: [{ name: "small", ownPrices: [{}] }] });
  await models.saveModel(large);
  await models.setQuality({ quality: "best" });
  await models.removeModel({ id: small.id });
  expect(await written()).toEqual({ live: "small of Ours (economical)", held: "large of Ours (best)" });
  const [tier] = (await workspace.of(tenantId)).tiers;
  const asking = tier?.models[0]?.request?.({ text: "?", history: [], passages: [] });
  expect(asking?.costOf({ inputTokens: 1_000_000, cachedTokens: 0, outputTokens: 0 })).toBe(1_000_000);
  expect((await models.list()).isHeld).toBe(true);
  // What is paid for a model that answers is no change of answers, and holds as soon as it is saved.
  await models.saveModel(small);
  await models.removePrice({ modelId: small.id, validFrom: "2026-01-01" });
  const [unpriced] = (await workspace.of(tenantId)).tiers;
  const now = unpriced?.models[0]?.request?.({ text: "?", history: [], passages: [] });
  expect(now?.costOf({ inputTokens: 1_000_000, cachedTokens: 0, outputTokens: 0 })).toBeNull();
  await models.setPrice({ modelId: small.id, validFrom: "2026-01-01", input: 1, output: 2 });
  await models.removeModel({ id: small.id });
  const { seen } = await changes.get();
  await changes.discard({ seen: seen ?? "" });
  expect(await models.list()).toEqual(before);
  expect(await written()).toEqual({ live: "small of Ours (economical)", held: "small of Ours (economical)" });

  // A key that is taken away is used no more, whatever is held.
  await models.saveModel(large);
  await models.removeProvider({ id: provider.id });
  expect(await written()).toEqual({ live: "built-in", held: "built-in" });
  // Nothing is left to decide.
  expect((await changes.get()).seen).toBeNull();
  expect((await models.list()).models).toEqual([]);
});

test("an answer that begins while models come to be held is written by those that are in use", async () => {
  const { api, tenantId } = await newShop();
  const { models } = api.assistant;
  const providerId = ModelProviderId.parse(randomUUID());
  await models.saveProvider({ id: providerId, kind: "openai", name: "Ours", apiKey: "key-of-a-tenant" });
  const model = { id: ModelId.parse(randomUUID()), providerId, name: "large", enabled: true, level: 1 };
  let saved: Promise<void> | undefined;
  const db = new Proxy(world.db, {
    get(target, key) {
      if (key !== "read") return Reflect.get(target, key, target);
      return async (...given: Parameters<typeof target.read>) => {
        const rows = await target.read(...given);
        saved ??= models.saveModel(model);
        await saved;
        return rows;
      };
    },
  });
  const fetch = () => Promise.reject(new Error("nobody is called"));
  const secret = "a secret of tests alone, 32 characters or more";
  const workspace = createWorkspaceModels({ db, secret, fetch, installation: undefined });
  expect(nameModels(await workspace.of(tenantId))).toBe("built-in");
  expect(saved).toBeDefined();
  expect(nameModels(await workspace.of(tenantId, "held"))).toContain("large of Ours");
});

test("models wait only as long as they are others than those in use", async () => {
  const { changes, publish, api } = await newShop();
  const { models } = api.assistant;
  const provider = { id: ModelProviderId.parse(randomUUID()), kind: "openai" as const, name: "Ours" };
  await models.saveProvider({ ...provider, apiKey: "key-of-a-tenant" });
  const made = (name: string) => ({
    ...{ id: ModelId.parse(randomUUID()), providerId: provider.id, name, enabled: true, level: 1 },
  });
  const [first, second, third] = [made("first"), made("second"), made("third")];
  await models.saveModel(first);
  await models.saveModel(second);
  await models.setQuality({ quality: "best" });
  await publish(true);
  const isHeld = async () => (await changes.get()).seen !== null;

  await models.saveModel(first);
  await models.setQuality({ quality: "best" });
  await models.moveModel({ id: first.id, direction: "up" });
  expect(await isHeld()).toBe(false);

  for (const [change, back] of [
    [() => models.saveModel(third), () => models.removeModel({ id: third.id })],
    [() => models.saveModel({ ...first, enabled: false }), () => models.saveModel(first)],
    [() => models.setQuality({ quality: "economical" }), () => models.setQuality({ quality: "best" })],
    [
      () => models.moveModel({ id: first.id, direction: "down" }),
      () => models.moveModel({ id: first.id, direction: "up" }),
    ],
  ] as const) {
    await change();
    const { seen } = await changes.get();
    expect(seen).not.toBeNull();
    // Moves nothing: what was looked at is as it was.
    await models.moveModel({ id: (await models.list()).models[0]?.id ?? first.id, direction: "up" });
    expect((await changes.get()).seen).toBe(seen);
    await back();
    expect(await isHeld()).toBe(false);
  }

  const other = { ...provider, id: ModelProviderId.parse(randomUUID()), name: "Theirs" };
  await models.saveProvider({ ...other, apiKey: "key-of-a-tenant" });
  await models.saveModel({ ...made("fourth"), providerId: other.id });
  expect(await isHeld()).toBe(true);
  await models.removeProvider({ id: other.id });
  expect(await isHeld()).toBe(false);
});

test("what comes while the tests are asked is not published unseen, and has them asked anew", async () => {
  const { library, check, changes, notice, orders, replay, deps, publish, answerTo } = await newShop();
  await library.read("handbook.md", handbook(returns, shipping, warranty, "## More\n\nThere is more."));
  const { seen } = await check();
  await library.read("handbook.md", handbook(returns, warranty));
  await expect(changes.publish({ seen: seen ?? "", anyway: true })).rejects.toMatchObject(refused("changes.moved"));
  await expect(publish()).rejects.toMatchObject(refused("changes.unchecked"));

  await notice();
  const [first] = orders.splice(0) as [KnowledgeTestRunId];
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    async *write(...given) {
      await library.read("handbook.md", handbook(returns, shipping));
      await notice();
      return yield* builtInAnswerer.write(...given);
    },
  });
  await replay(first);
  deps.modelsOf = writtenBy();
  for (const runId of orders.splice(0)) await replay(runId);
  expect(await changes.get()).toMatchObject({ check: { isCurrent: true, failed: 1 }, answers: [{ question: w }] });
  expect(await answerTo(w)).toContain("five years");
});

test("a check counts as newer than a run of what was in use that began after it, once its changes are published", async () => {
  const { library, api, check, publish, verdicts, orders, notice, replay } = await newShop();
  await library.read("handbook.md", handbook(returns, warranty));
  await check();
  await replay((await api.knowledgeTests.start()).runId);
  const { id: testId } = (await api.knowledgeTests.list()).find(({ question }) => question === s) ?? { id: undefined };
  await publish(true);
  expect(await verdicts()).toEqual({ [r]: "passed", [s]: "failed", [w]: "passed" });
  const results = testId && (await api.knowledgeTests.get({ testId })).results;
  expect(results).toMatchObject([{ verdict: "failed" }, { verdict: "passed" }, { verdict: "passed" }]);
  await notice();
  expect(orders).toEqual([]);
  // What was published with it is no news to the next run.
  await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
  await publish(true);
  await notice();
  for (const runId of orders.splice(0)) await replay(runId);
  expect((await api.knowledgeTests.runs())[0]?.changes).toMatchObject([{ kind: "document", title: "Toasters" }]);
});

test("a run that began after changes were published counts as newer than their check, however long it had waited", async () => {
  const { library, api, changes, check, publish, orders, notice, replay } = await newShop();
  await library.read("handbook.md", handbook(returns, warranty));
  await check();
  const { runId } = await api.knowledgeTests.start();
  await publish(true);
  await changes.choose({ mode: "off" });
  await library.read("handbook.md", handbook(returns, shipping));
  orders.length = 0;
  await replay(runId);
  expect((await api.knowledgeTests.runs())[0]).toMatchObject({ id: runId, failed: 1 });
  await notice();
  expect(orders).toEqual([]);
});

test("with the choice to publish by itself, what fails no test is in use at once, and what fails one waits", async () => {
  const { library, check, answerTo, audit, verdicts } = await newShop("auto");
  await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
  expect(await answerTo("What colour is the toaster?")).not.toContain("green");
  expect(await check()).toMatchObject({ seen: null });
  expect(await answerTo("What colour is the toaster?")).toContain("green");
  expect((await audit())[0]).toMatchObject({
    action: "changes.published",
    actor: "system",
    details: { anyway: false },
  });

  await library.read("handbook.md", handbook(returns, warranty));
  expect(await check()).toMatchObject({ check: { failed: 1 }, documents: [{ title: "Handbook" }] });
  expect(await answerTo(s)).toContain("boat every Tuesday");
  expect(await verdicts()).toEqual({ [r]: "passed", [s]: "passed", [w]: "passed" });
});

test("what has passed its check is in use once the workspace chooses that it may by itself", async () => {
  const { library, check, changes, answerTo } = await newShop();
  await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
  expect(await check()).toMatchObject({ check: { failed: 0, isCurrent: true } });
  expect(await answerTo("What colour is the toaster?")).not.toContain("green");
  await changes.choose({ mode: "auto" });
  expect(await answerTo("What colour is the toaster?")).toContain("green");
});

test("a site goes on being read when nobody wants it to go any more", async () => {
  const { tenantId, changes, api, library } = await newShop();
  await library.add("more.md", "# More\n\nThere is more.\n", "a site");
  await library.ingest();
  await changes.publish({ seen: (await changes.get()).seen ?? "", anyway: true });
  const { sources } = await api.knowledge.sources.list();
  const sourceId = sources.find(({ name }) => name === "a site")?.id;
  if (!sourceId) throw new Error("the source is not there");
  await world.db.transaction(tenantId, (tx) => tx.insert(crawls).values({ sourceId, status: "running" }));
  await api.knowledge.sources.remove({ sourceId });
  await changes.discard({ seen: (await changes.get()).seen ?? "" });
  const statuses = () => world.db.read(tenantId, (read) => read.select({ status: crawls.status }).from(crawls));
  expect(await statuses()).toEqual([{ status: "running" }]);
  await api.knowledge.sources.remove({ sourceId });
  await changes.publish({ seen: (await changes.get()).seen ?? "", anyway: true });
  expect(await statuses()).toEqual([{ status: "cancelled" }]);
});

test("changes are in use at once again only when none is held; members may look, owners and admins decide", async () => {
  const { library, changes, publish, tenantId, member, answerTo, check, apiOf } = await newShop();
  await library.read("handbook.md", handbook(returns, warranty));
  await expect(changes.choose({ mode: "off" })).rejects.toMatchObject(refused("changes.held"));
  const { seen } = await check();
  const memberId = MemberId.parse(member.memberId);
  const bob = apiOf(tenantId, { memberId, name: "Bob" }, "member").knowledgeTests.changes;
  expect(await bob.get()).toMatchObject({ check: { failed: 1 } });
  for (const decide of [
    () => bob.choose({ mode: "auto" }),
    () => bob.publish({ seen: seen ?? "", anyway: true }),
    () => bob.discard({ seen: seen ?? "" }),
  ]) {
    await expect(decide()).rejects.toThrow("auth.forbidden");
  }
  await publish(true);
  await changes.choose({ mode: "off" });
  await library.read("handbook.md", handbook(returns, shipping));
  expect(await answerTo(s)).toContain("boat every Tuesday");
});

test.each(["publish", "discard"] as const)(
  "what comes to be held while all is being %sed waits for its own check",
  async (how) => {
    const shop = await newShop();
    const { library, tenantId, member, answerTo, notice, orders } = shop;
    await library.read("handbook.md", handbook(returns, shipping));
    await library.add("new.md", "# Toasters\n\nThe toaster is green.\n");
    const [order] = library.orders.splice(0);
    const outside = AsyncLocalStorage.snapshot();
    let late: Promise<unknown> | undefined;
    const knowledgeJobs: Pick<KnowledgeJobs, "send"> = {
      async send(tx) {
        if (late) return;
        const ingested = outside(() => library.ingest(order));
        late = ingested;
        const waits = expect
          .poll(async () => (await tx.execute(isWaitedFor)).rows, { timeout: 20_000 })
          .not.toEqual([]);
        await Promise.race([ingested, waits]);
      },
    };
    const { changes } = world.apiFor({
      ...world.memberContext(tenantId, member),
      embedder,
      knowledgeJobs,
    }).knowledgeTests;
    const { seen } = await changes.get();
    await (how === "publish"
      ? changes.publish({ seen: seen ?? "", anyway: true })
      : changes.discard({ seen: seen ?? "" }));
    await late;
    expect(await changes.get()).toMatchObject({ documents: [{ title: "Toasters", isNew: true }], documentsInAll: 1 });
    expect(await answerTo("What colour is the toaster?")).not.toContain("green");
    await notice();
    expect(orders).not.toEqual([]);
  },
);

test("a document that would be new and is discarded stays when a newer version of it is on its way in", async () => {
  const { library, changes, check, publish, answerTo, api } = await newShop();
  const { documentId } = await library.read("new.md", "# Toasters\n\nThe toaster is red.\n");
  await library.add("new.md", "# Toasters\n\nThe toaster is green.\n");
  await changes.discard({ seen: (await changes.get()).seen ?? "" });
  expect((await api.knowledge.documents.get({ documentId })).versions).toHaveLength(2);
  await library.ingest();
  expect(await check()).toMatchObject({
    documents: [{ title: "Toasters", version: 2, isNew: true }],
    documentsInAll: 1,
  });
  await publish();
  expect(await answerTo("What colour is the toaster?")).toContain("green");
});

test.each(["new.md", "handbook.md"])(
  "an older version of %s that is still on its way in does not come up when the newer one is discarded",
  async (path) => {
    const { library, changes, api, answerTo } = await newShop();
    await library.add(path, "# Toasters\n\nThe toaster is red.\n");
    const [older] = library.orders.splice(0);
    const { documentId } = await library.read(path, "# Toasters\n\nThe toaster is green.\n");
    await changes.discard({ seen: (await changes.get()).seen ?? "" });
    await library.ingest(older);
    expect(await changes.get()).toMatchObject({ seen: null, documents: [] });
    const shown = api.knowledge.documents.get({ documentId });
    if (path === "new.md") return expect(shown).rejects.toThrow("document.not_found");
    const failed = ["document.discarded", "document.overtaken", null];
    expect((await shown).versions.map(({ failureCode }) => failureCode)).toEqual(failed);
    expect(await answerTo(s)).toContain("boat every Tuesday");
  },
);

test("a removal that waits is told of where its document and source are shown, and can be taken back by itself", async () => {
  const { library, api, documentId, changes, answerTo, audit, tenantId, member, apiOf } = await newShop();
  await library.read("handbook.md", handbook(returns, warranty));
  const { knowledge } = api;
  const sourceId = (await knowledge.sources.list()).sources[0]?.id;
  if (!sourceId) throw new Error("there is no source");
  const shown = async () => ({
    document: (await knowledge.documents.get({ documentId })).leavingWith,
    listed: (await knowledge.documents.list({})).documents.map(({ leavingWith }) => leavingWith),
    source: (await knowledge.sources.list()).sources.map(({ isLeaving }) => isLeaving),
  });
  expect(await shown()).toEqual({ document: null, listed: [null], source: [false] });
  await knowledge.documents.remove({ documentId });
  expect(await shown()).toEqual({ document: "document", listed: ["document"], source: [false] });
  await knowledge.sources.remove({ sourceId });
  await knowledge.documents.keep({ documentId });
  expect(await shown()).toEqual({ document: "source", listed: ["source"], source: [true] });
  const memberId = MemberId.parse(member.memberId);
  const bob = apiOf(tenantId, { memberId, name: "Bob" }, "member").knowledge;
  await expect(bob.sources.keep({ sourceId })).rejects.toThrow("auth.forbidden");
  await knowledge.sources.keep({ sourceId });
  await knowledge.sources.keep({ sourceId });
  expect(await shown()).toEqual({ document: null, listed: [null], source: [false] });
  expect((await audit()).slice(0, 2).map(({ action }) => action)).toEqual([
    "source.removal_taken_back",
    "document.removal_taken_back",
  ]);
  // The rest waits as before.
  const { seen, removals, documentsInAll } = await changes.get();
  expect({ removals, documentsInAll }).toEqual({ removals: [], documentsInAll: 1 });
  await changes.publish({ seen: seen ?? "", anyway: true });
  expect(await answerTo(w)).toContain("five years");
  await knowledge.documents.remove({ documentId, atOnce: true });
  await expect(knowledge.documents.keep({ documentId })).rejects.toThrow("document.not_found");
});

test("of very many removals a hundred are named, and all are published", async () => {
  const { api, tenantId, changes, documentId } = await newShop();
  await world.db.transaction(tenantId, async (tx) => {
    await tx.execute(sql`
      insert into documents (source_id, path, title)
      select source_id, 'part ' || n, 'Part ' || n from documents cross join generate_series(1, 120) as n`);
    await tx.execute(sql`insert into held_removals (document_id) select id from documents where id <> ${documentId}`);
  });
  const { seen, removals, removalsInAll } = await changes.get();
  expect({ named: removals.length, removalsInAll }).toEqual({ named: 100, removalsInAll: 120 });
  await changes.publish({ seen: seen ?? "", anyway: true });
  expect(await changes.get()).toMatchObject({ seen: null, removals: [], removalsInAll: 0 });
  expect(await world.db.read(tenantId, (read) => read.$count(documents, isNull(documents.removedAt)))).toBe(1);
  await api.knowledge.documents.get({ documentId });
});

test("a document that was to go stays when it comes anew", async () => {
  const { library, api, documentId, check, publish, answerTo } = await newShop();
  await api.knowledge.documents.remove({ documentId });
  await library.read("handbook.md", handbook(returns, shipping, warranty, "## More\n\nThere is more."));
  expect(await check()).toMatchObject({ removals: [], documentsInAll: 1, check: { failed: 0 } });
  await publish();
  expect(await answerTo(s)).toContain("boat every Tuesday");
});

test("a document that was to go stays when the same is added once more; a page that its site has still does not", async () => {
  const { library, api, documentId, changes, publish, audit, tenantId } = await newShop();
  const page = {
    ...(await readDocument(Buffer.from("# Lamps\n\nEvery lamp is blue.\n"), "lamps.md")),
    fetched: { depth: 0 },
  };
  const visit = () => library.addRead("https://shop.example/lamps", page, "a site");
  const { documentId: pageId } = await visit();
  await library.ingest();
  await publish(true);
  for (const id of [documentId, pageId]) await api.knowledge.documents.remove({ documentId: id });
  await library.read("handbook.md", handbook(returns, shipping, warranty));
  expect(await visit()).toMatchObject({ outcome: "unchanged" });
  expect((await changes.get()).removals).toMatchObject([{ documentId: pageId }]);
  expect((await api.knowledge.documents.get({ documentId })).leavingWith).toBeNull();

  // The audit log says who keeps it, as whoever runs the installation does.
  await api.knowledge.documents.remove({ documentId });
  const handbookAgain = await readDocument(Buffer.from(handbook(returns, shipping, warranty)), "handbook.md");
  await world.db.transaction(tenantId, (tx) =>
    addDocumentAsOperator(
      tx,
      { send: async () => {} },
      { source: "docs", path: "handbook.md", ...handbookAgain },
      null,
    ),
  );
  expect((await audit())[0]).toMatchObject({ action: "document.removal_taken_back", actor: "operator" });
  expect((await changes.get()).removals).toMatchObject([{ documentId: pageId }]);
});

test("an entry that was to go stays when it is saved once more, and the audit log says who has done that", async () => {
  const { api, audit, changes, library, publish } = await newShop();
  const sourceId = SourceId.parse(randomUUID());
  const documentId = DocumentId.parse(randomUUID());
  await api.knowledge.sources.create({ id: sourceId, kind: "written", name: "Answers" });
  const save = async (answer: string) => {
    const before = world.orders.length;
    const saved = await api.knowledge.written.save({ documentId, sourceId, question: "Are lamps blue?", answer });
    for (const { order } of world.orders.slice(before)) await library.ingest(order as never);
    return saved;
  };
  await save("All of them.");
  await publish(true);
  for (const [answer, done] of [
    ["All of them.", ["document.removal_taken_back", "document.removal_held"]],
    ["Most of them.", ["document.added", "document.removal_taken_back", "document.removal_held"]],
  ] as const) {
    await api.knowledge.documents.remove({ documentId });
    expect((await changes.get()).removals).toHaveLength(1);
    await save(answer);
    expect((await changes.get()).removals).toEqual([]);
    expect((await audit()).slice(0, done.length).map(({ action }) => action)).toEqual(done);
  }
});

test("publishing and discarding take as many statements for a hundred documents as for one; an index and what is left over are seen to", async () => {
  const { library, tenantId } = await newShop();
  const read = async (count: number, round: number) => {
    for (let index = 0; index < count; index += 1) {
      await library.add(`${index}.md`, `# Part ${index}\n\nRound ${round} of it.\n`);
    }
    while (library.orders.length > 0) await library.ingest();
  };
  const statements = (release: typeof publishHeld | typeof discardHeld) =>
    world.db.transaction(tenantId, async (tx) => {
      const sent: { name: string; documents: number | undefined }[] = [];
      const send: KnowledgeJobs["send"] = async (_tx, name, order) =>
        void sent.push({ name, documents: "documentIds" in order ? order.documentIds.length : undefined });
      let count = 0;
      const counted = new Proxy(tx, {
        get(target, key) {
          if (["select", "insert", "update", "delete", "execute"].includes(String(key))) count += 1;
          return Reflect.get(target, key, target);
        },
      });
      await lockHeld(counted);
      const { documents } = await release(counted, { send });
      return { documents, count, sent };
    });
  await read(1, 1);
  const one = await statements(publishHeld);
  await read(100, 2);
  const many = await statements(publishHeld);
  expect(many).toMatchObject({ documents: 100, count: one.count });
  expect(one.sent).toEqual([{ name: "indexKnowledge", documents: undefined }]);
  expect(many.sent).toEqual([{ name: "clearDocuments", documents: 1 }, ...one.sent]);
  await read(1, 3);
  const oneLess = await statements(discardHeld);
  await read(100, 4);
  expect(await statements(discardHeld)).toEqual({
    ...{ documents: 100, count: oneLess.count },
    sent: [{ name: "clearDocuments", documents: 100 }],
  });
});

test("a test that was not asked with what is held, and one that wants other words since, count before it is published", async () => {
  const { library, check, changes, publish, api, orders, replay, deps } = await newShop();
  await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
  expect(await check()).toMatchObject({ check: { failed: 0, isCurrent: true } });
  const add = () => {
    const id = KnowledgeTestId.parse(randomUUID());
    return api.knowledgeTests.create({ id, question: "What colour is the toaster?", words: ["red"] }).then(() => id);
  };
  const ordered = runsOrdered();
  const testId = await add();
  expect(await changes.get()).toMatchObject({ tests: 4, check: { status: "running", asked: 3, total: 4, failed: 0 } });
  await expect(publish()).rejects.toMatchObject(refused("changes.unchecked"));
  // One more comes while they are asked.
  let added: KnowledgeTestId | undefined;
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    async *write(...given) {
      added ??= await add();
      return yield* builtInAnswerer.write(...given);
    },
  });
  for (const runId of ordered()) await replay(runId);
  deps.modelsOf = writtenBy();
  expect(orders).toHaveLength(1);
  for (const runId of orders.splice(0)) await replay(runId);
  expect(orders).toEqual([]);
  expect(await changes.get()).toMatchObject({ tests: 5, check: { asked: 5, failed: 2, isCurrent: true } });
  await api.knowledgeTests.change({ testId, words: ["green"] });
  expect(await changes.get()).toMatchObject({ check: { failed: 1, isCurrent: true } });
  if (added) await api.knowledgeTests.remove({ testId: added });
  expect(await changes.get()).toMatchObject({ check: { failed: 0, isCurrent: true } });
  await publish();
});

test("a test that comes after a check has been made is asked alone, unless something else is held by then", async () => {
  const { library, check, changes, api, deps, orders, replay, tenantId, publish } = await newShop();
  const asked: string[] = [];
  deps.modelsOf = writtenBy({
    ...builtInAnswerer,
    write(question, options) {
      asked.push(question.text);
      return builtInAnswerer.write(question, options);
    },
  });
  const colour = (thing: string) => `What colour is the ${thing}?`;
  const add = (question: string) =>
    api.knowledgeTests.create({ id: KnowledgeTestId.parse(randomUUID()), question, words: ["green"] });
  await check();
  await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
  asked.length = 0;
  await check();
  expect(asked.splice(0)).toHaveLength(3);
  const ordered = runsOrdered();
  await add(colour("toaster"));
  for (const runId of ordered()) await replay(runId);
  expect(await changes.get()).toMatchObject({ check: { asked: 4, total: 4, failed: 0, isCurrent: true } });
  expect(asked.splice(0)).toEqual([colour("toaster")]);
  const runs = () =>
    world.db.read(tenantId, (read) => read.$count(knowledgeTestRuns, eq(knowledgeTestRuns.isHeld, true)));
  expect(await runs()).toBe(1);

  // What was answered before something else came is no answer with that.
  const orderedForKettle = runsOrdered();
  await add(colour("kettle"));
  await library.read("more.md", "# Kettles\n\nThe kettle is green.\n");
  for (const runId of orderedForKettle()) await replay(runId);
  for (const runId of orders.splice(0)) await replay(runId);
  expect(asked.toSorted()).toEqual([r, s, w, colour("toaster"), colour("kettle")].toSorted());
  expect(await changes.get()).toMatchObject({ check: { asked: 5, failed: 0, isCurrent: true } });
  await publish();
});

test.each(["accepted", "other words", "removed"])(
  "with the choice to publish by itself, what waits is in use as soon as the test that failed is %s",
  async (how) => {
    const { library, check, changes, api, answerTo } = await newShop("auto");
    const testId = KnowledgeTestId.parse(randomUUID());
    await api.knowledgeTests.create({ id: testId, question: "What colour is the toaster?", words: ["red"] });
    await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
    const { check: ended } = await check();
    expect(ended).toMatchObject({ failed: 1 });
    const runId = ended?.id as KnowledgeTestRunId;
    if (how === "removed") await api.knowledgeTests.remove({ testId });
    else await api.knowledgeTests.change({ testId, words: how === "accepted" ? ["yellow"] : ["green"] });
    if (how === "accepted") {
      expect(await changes.get()).toMatchObject({ check: { failed: 1 } });
      await api.knowledgeTests.change({ testId, words: [] });
      await api.knowledgeTests.accept({ testId, runId });
    }
    expect(await changes.get()).toMatchObject({ seen: null });
    expect(await answerTo("What colour is the toaster?")).toContain("green");
  },
);

test("a check that a provider breaks off is begun anew after a while, some times", async () => {
  const { library, api, deps, notice, orders, later, replay, changes, tenantId } = await newShop();
  deps.modelsOf = writtenBy({
    ...{ ...builtInAnswerer, answerer: "language-model", provider: "Ours", model: "large" },
    // biome-ignore lint/correctness/useYield: it has no words
    async *write(_question, { onTried }) {
      onTried({ id: null, how: "cut_off", reason: "its provider is out of reach" });
      return { how: "cut_off", reason: "its provider is out of reach" };
    },
  });
  const isHeld = (runId: KnowledgeTestRunId) =>
    world.db.read(tenantId, (read) =>
      read.$count(knowledgeTestRuns, and(eq(knowledgeTestRuns.id, runId), eq(knowledgeTestRuns.isHeld, true))),
    );
  const askAll = async () => {
    await notice();
    for (const runId of orders.splice(0)) if (await isHeld(runId)) await replay(runId);
    return (await changes.get()).check?.failure;
  };
  await library.read("handbook.md", handbook(returns, warranty));
  expect(await askAll()).toBe("A model's provider did not answer. The tests are asked again in 5 minutes.");
  expect(later.splice(0)).toEqual([["noticeChange", 300]]);
  expect(await askAll()).toContain("15 minutes");
  expect(await askAll()).toContain("60 minutes");
  expect(later.splice(0)).toEqual([
    ["noticeChange", 900],
    ["noticeChange", 3_600],
  ]);
  // Others than these count by themselves, and of what is in use nobody waits for an answer.
  expect(await askAll()).toBe("A model's provider did not answer.");
  const { runId } = await api.knowledgeTests.start();
  await replay(runId);
  expect(later).toEqual([]);
  await library.read("more.md", "# Kettles\n\nThe kettle is red.\n");
  expect(await askAll()).toContain("5 minutes");
  expect(later).toEqual([["noticeChange", 300]]);

  deps.modelsOf = writtenBy();
  expect(await askAll()).toBeNull();
  expect(await changes.get()).toMatchObject({ check: { status: "finished", failed: 1, isCurrent: true } });
});

test("what was answered with what is held is judged by what is wanted by now, whichever run's answer is said to be right", async () => {
  const { library, check, changes, publish, api, replay } = await newShop();
  const testId = KnowledgeTestId.parse(randomUUID());
  await api.knowledgeTests.create({ id: testId, question: "What colour is the toaster?", words: [] });
  const { runId } = await api.knowledgeTests.start();
  await replay(runId);
  await library.read("new.md", "# Toasters\n\nThe toaster is green.\n");
  const { check: ended } = await check();
  expect(ended).toMatchObject({ failed: 0, isCurrent: true });
  // That nothing is known of it is right: with what is held, it is answered.
  await api.knowledgeTests.accept({ testId, runId });
  expect(await changes.get()).toMatchObject({ check: { failed: 1, isCurrent: true } });
  await expect(publish()).rejects.toMatchObject(refused("changes.unchecked"));
  await api.knowledgeTests.accept({ testId, runId: ended?.id as KnowledgeTestRunId });
  expect(await changes.get()).toMatchObject({ check: { failed: 0, isCurrent: true } });

  // The check that has ended is what counts, also once another was asked for.
  const again = await changes.check();
  await api.knowledgeTests.change({ testId, words: ["red"] });
  await api.knowledgeTests.cancel(again);
  await expect(publish()).rejects.toMatchObject(refused("changes.unchecked"));
  await api.knowledgeTests.change({ testId, words: ["green"] });
  await publish();
});

test("however often what is held is asked about, what is in use is still what it is compared with", async () => {
  const { library, check, tenantId, notice, orders } = await newShop();
  await world.db.transaction(tenantId, (tx) =>
    tx.insert(knowledgeTestRuns).values(
      Array.from({ length: testLimits.runs }, () => ({
        ...{ cause: "changed" as const, isHeld: true, status: "finished" as const, fingerprint: "before" },
      })),
    ),
  );
  await library.read("handbook.md", handbook(returns, warranty));
  expect(await check()).toMatchObject({ answers: [{ question: s, change: "red", before: { verdict: "passed" } }] });
  const runs = await world.db.read(tenantId, (read) =>
    read.$count(knowledgeTestRuns, eq(knowledgeTestRuns.isHeld, true)),
  );
  expect(runs).toBe(testLimits.runs);
  const live = await world.db.read(tenantId, (read) =>
    read.$count(knowledgeTestRuns, eq(knowledgeTestRuns.isHeld, false)),
  );
  expect(live).toBe(1);
  await notice();
  expect(orders).toEqual([]);
});

test("a check that ends while all is being published or discarded is waited for by nobody that it waits for", async () => {
  const { library, tenantId, notice, orders, replay, changes } = await newShop("auto");
  await library.read("handbook.md", handbook(returns, shipping));
  await notice();
  const [runId] = orders.splice(0) as [KnowledgeTestRunId];
  const outside = AsyncLocalStorage.snapshot();
  const checking = await world.db.transaction(tenantId, async (tx) => {
    // As who publishes or discards: the members first, the runs last.
    await lockMembers(tx);
    const ended = outside(() => replay(runId));
    await expect.poll(async () => (await tx.execute(isWaitedFor)).rows, { timeout: 20_000 }).not.toEqual([]);
    await cancelHeldRuns(tx);
    return { ended };
  });
  await checking.ended;
  expect(await changes.get()).toMatchObject({ check: { status: "cancelled", asked: 3 } });
});

test.each(["ask", "auto"] as const)(
  "where changes are checked (%s), versions that are read in, removals, checks, choices, publishing and discarding do not wait for each other in a circle, and leave no sum wrong",
  async (mode) => {
    const { library, changes, api, tenantId, notice, orders: checks, replay } = await newShop(mode);
    const paths = ["a.md", "b.md", "c.md", "d.md"];
    const text = (path: string, round: number) => `# ${path}\n\nRound ${round} of ${path} is told of here.\n`;
    const added = [];
    for (const path of paths) added.push(await library.read(path, text(path, 0)));
    const release = async (how: "publish" | "discard") => {
      const { seen } = await changes.get();
      if (seen) await (how === "publish" ? changes.publish({ seen, anyway: true }) : changes.discard({ seen }));
    };
    await release("publish");
    for (let round = 1; round <= 6; round += 1) {
      for (const path of paths) await library.add(path, text(path, round));
      const orders = library.orders.splice(0);
      const [removed] = added;
      const all = await Promise.allSettled([
        ...orders.map((order) => library.ingest(order)),
        release(round % 2 === 0 ? "discard" : "publish"),
        ...(removed ? [api.knowledge.documents.remove({ documentId: removed.documentId })] : []),
        notice(),
        ...checks.splice(0).map((runId) => replay(runId)),
        changes.choose({ mode: round % 2 === 0 ? mode : "ask" }),
        release("publish"),
        changes.choose({ mode }),
      ]);
      const failures = all.flatMap((one) => (one.status === "rejected" ? [(one.reason as Error).message] : []));
      // What somebody else has published, changed or removed meanwhile.
      for (const failure of failures) expect(failure).toMatch(/^(changes\.(none|moved)|document\.not_found)$/);
    }
    await release("publish");
    // One that was removed and forgotten has come back as another document.
    const left = await world.db.read(tenantId, (read) => read.select({ id: documents.id }).from(documents));
    for (const { id } of left) {
      await clearDocument({ db: world.db, objects: testObjects }, { tenantId, documentId: id });
    }
    const sums = await library.audit();
    expect(sums).toMatchObject({ hidden: 0, mistaken: 0, keptChunks: sums?.["chunks"], keptLength: sums?.["length"] });
    expect(sums?.["stored"]).toBe(sums?.["chunks"]);
  },
);

test("a workspace without tests has nothing to wait for", async () => {
  const { api, library } = await openTestedShop(world, embedder);
  await api.knowledgeTests.changes.choose({ mode: "ask" });
  await library.read("handbook.md", handbook(returns));
  const { seen, tests } = await api.knowledgeTests.changes.get();
  expect(tests).toBe(0);
  await api.knowledgeTests.changes.publish({ seen: seen ?? "" });
  expect(await library.search(r)).not.toEqual([]);
});

test("a question that nobody has asked yet has nothing to be compared with", async () => {
  const { api, library, check } = await newShop();
  const id = KnowledgeTestId.parse(randomUUID());
  await api.knowledgeTests.create({ id, question: "What colour is the kettle?", words: ["blue"] });
  await library.read("new.md", "# Kettles\n\nThe colour of the kettle is blue.\n");
  const { answers } = await check();
  expect(answers.filter(({ testId }) => testId === id)).toMatchObject([
    { change: "first", before: undefined, after: { verdict: "passed" } },
  ]);
});
