import { MemberId } from "@parley/contracts";
import { messages, runs, spending } from "@parley/db/schema";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type FakeProvider, startFakeProvider } from "../../testing/fake-provider.ts";
import { createWordEmbedder } from "../../testing/library.ts";
import { answerOf } from "../../testing/playground-answer.ts";
import { teach } from "../../testing/teach.ts";
import { createWorld } from "../../testing/world.ts";
import { writtenBy } from "../../testing/written-by.ts";
import type { Answerer } from "../answerer.ts";
import { createModel, type Model } from "../models/model.ts";
import { askPlayground } from "./ask-playground.ts";

const world = await createWorld();
const { db } = world;
const embedder = createWordEmbedder();
const documents = { "documents.md": "# Documents\n\nAdd documents by dropping them into the documents folder.\n" };
const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000 };
const never = new AbortController().signal;
let provider: FakeProvider;
beforeAll(async () => {
  provider = await startFakeProvider();
});
beforeEach(() => {
  provider.forget();
  provider.requests.length = 0;
});
afterAll(async () => {
  await provider.close();
  await world[Symbol.asyncDispose]();
});

const modelOf = () =>
  createModel({ baseUrl: provider.url, provider: "Ours", model: "fake-1", prices: { input: 1, output: 2 } });
const depsWith = (model: Model) => ({ db, embedder, limits, modelsOf: writtenBy(model) });

async function tenant() {
  const made = await world.tenant();
  await teach({ db, embedder }, made.tenantId, documents);
  return made;
}

const rowsOf = async ({ tenantId }: Awaited<ReturnType<typeof tenant>>) => ({
  said: await db.read(tenantId, (read) => read.select().from(messages)),
  receipts: await db.read(tenantId, (read) => read.select().from(runs)),
  entries: await db.read(tenantId, (read) => read.select().from(spending)),
});

test("a question is answered with its citations and its whole receipt; nothing is stored but what it cost", async () => {
  const made = await tenant();
  provider.enqueue({ text: "Drop the documents into the folder [1]." });
  const asked = { text: "How do I add documents?", history: [] };
  const answer = await answerOf(askPlayground(depsWith(modelOf()), made.tenantId, asked, never));
  expect(answer).toMatchObject({
    outcome: "answered",
    text: "Drop the documents into the folder [1].",
    citations: [
      {
        ...{ number: 1, title: expect.any(String), text: expect.stringContaining("dropping them") },
        place: { ordinal: 0, version: 1, pages: null },
      },
    ],
    receipt: {
      ...{ status: "answered", model: "fake-1", inputTokens: 200, reason: null },
      attempts: [{ level: 1, provider: "Ours", outcome: "answered", inputTokens: 200, countedBy: "provider" }],
      passages: [{ number: 1, cited: true }],
      route: { because: "only_tier", largeModel: "fake-1" },
    },
  });
  const { said, receipts, entries } = await rowsOf(made);
  expect([said, receipts]).toEqual([[], []]);
  expect(entries).toMatchObject([{ purpose: "playground", runId: null, costMicros: answer.receipt.costMicros }]);
});

test("words are told while the model goes on, and are those of the answer", async () => {
  const { tenantId } = await tenant();
  const more = Promise.withResolvers<void>();
  const answerer: Answerer = {
    ...{ answerer: "language-model", provider: "Ours", model: "m", readsHistory: false },
    async *write() {
      yield "Drop the documents into the folder [1].";
      await more.promise;
      yield " They are read at once [1].";
      return { how: "complete", reason: null };
    },
  };
  const deps = { db, embedder, limits, modelsOf: writtenBy(answerer) };
  const asked = { text: "How do I add documents?", history: [] };
  const parts = askPlayground(deps, tenantId, asked, never);
  const first = await parts.next();
  expect(first).toEqual({ done: false, value: { words: "Drop the documents into the folder [1]." } });
  more.resolve();
  const rest = await Array.fromAsync(parts);
  const words = [first.value, ...rest].map((part) => part?.words ?? "").join("");
  expect(words).toBe("Drop the documents into the folder [1]. They are read at once [1].");
  expect(rest.at(-1)).toMatchObject({ answer: { outcome: "answered", text: words } });
});

test("whoever stops listening keeps no model busy, and pays for what it had said", async () => {
  const made = await tenant();
  provider.enqueue({ text: "Drop the documents into the folder [1]. And then", fault: "stall" });
  const asked = { text: "How do I add documents?", history: [] };
  const patient = { ...depsWith(modelOf()), limits: { timeoutMs: 600_000, idleTimeoutMs: 600_000 } };
  for await (const { words } of askPlayground(patient, made.tenantId, asked, never)) {
    expect(words).toContain("Drop");
    break;
  }
  await expect.poll(() => provider.requests.at(-1)?.aborted).toBe(true);
  const { entries } = await rowsOf(made);
  expect(entries).toMatchObject([{ purpose: "playground", countedBy: "tokenizer" }]);
});

test("what somebody who went away had asked is paid for all the same", async () => {
  const made = await tenant();
  provider.enqueue({ text: "Drop the documents into the folder [1]. And then", fault: "stall" });
  const leave = new AbortController();
  const asked = { text: "How do I add documents?", history: [] };
  const asking = answerOf(askPlayground(depsWith(modelOf()), made.tenantId, asked, leave.signal));
  const left = expect(asking).rejects.toThrow("gone");
  await expect.poll(() => provider.requests.at(-1)?.sent ?? 0, { timeout: 10_000 }).toBeGreaterThan(5);
  leave.abort(new Error("gone"));
  await left;
  const { entries } = await rowsOf(made);
  expect(entries).toMatchObject([{ purpose: "playground", countedBy: "tokenizer" }]);
  expect(entries[0]?.costMicros).toBeGreaterThan(0);
});

test("the time that an answer may take is that of its search and its writing together", async () => {
  const made = await tenant();
  const now = performance.now.bind(performance);
  let passedMs = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + passedMs);
  const slow = createWordEmbedder();
  slow.before = () => {
    passedMs = 15_000;
  };
  let leftMs = 0;
  const answerer: Answerer = {
    ...{ answerer: "language-model", provider: "Ours", model: "m", readsHistory: false },
    // biome-ignore lint/correctness/useYield: it has no words
    async *write(_question, { timeoutMs }) {
      leftMs = timeoutMs;
      return { how: "declined", reason: null };
    },
  };
  const deps = { db, embedder: slow, limits, modelsOf: writtenBy(answerer) };
  await answerOf(askPlayground(deps, made.tenantId, { text: "How do I add documents?", history: [] }, never));
  clock.mockRestore();
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(limits.timeoutMs - 15_000);
});

test("while a change waits, it answers as visitors are answered, and on demand as they would be once that were published", async () => {
  const { tenantId, api } = await tenant();
  await api.knowledgeTests.changes.choose({ mode: "ask" });
  const change = "# Documents\n\nAdd documents by mailing them to the librarian.\n";
  await teach({ db, embedder }, tenantId, { "documents.md": change });
  const ask = async (more: { held?: boolean }) => {
    const answer = await answerOf(await api.assistant.playground.ask({ question: "How do I add documents?", ...more }));
    return answer.citations.map(({ text, place }) => [text, place?.version]);
  };
  const asItIs = [["Add documents by dropping them into the documents folder.", 1]];
  expect(await ask({})).toEqual(asItIs);
  expect(await ask({ held: true })).toEqual([["Add documents by mailing them to the librarian.", 2]]);
  expect(await ask({ held: false })).toEqual(asItIs);
});

test("it is asked by owners and admins alone, for it costs money", async () => {
  const { tenantId, member, api } = await tenant();
  const memberId = MemberId.parse(member.memberId);
  for (const role of ["member", "viewer"] as const) {
    const { playground } = world.memberApi(tenantId, { memberId, name: "Bob" }, role).assistant;
    await expect(playground.ask({ question: "How do I add documents?" })).rejects.toThrow("auth.forbidden");
  }
  const answer = await answerOf(await api.assistant.playground.ask({ question: "Thanks!" }));
  expect(answer).toMatchObject({ outcome: "answered", receipt: { answerer: "built-in", costMicros: 0 } });
  for (const question of ["", " ", "x".repeat(4_001)]) {
    await expect(api.assistant.playground.ask({ question })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  }
});
