import { randomUUID } from "node:crypto";
import { type BudgetStep, type GapId, MessageId, SourceId, type Vote } from "@parley/contracts";
import { citations, conversations, documentVersions, gapQuestions, gaps, messages, runs } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { handOff } from "../conversations/hand-off.ts";
import { voteOnMessage } from "../conversations/vote-on-message.ts";
import { createMinilmEmbedder } from "../knowledge/embedders/minilm.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld, type World } from "../testing/world.ts";
import { collectGaps } from "./collect-gaps.ts";

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

const never = new AbortController().signal;

async function newTenant() {
  const tenant = await world.tenant();
  const { tenantId, api } = tenant;

  /** A new contact asks, and the assistant ends its run like that. */
  async function asks(text: string, outcome: "answered" | "unknown" | "failed", budgetStep?: BudgetStep) {
    const contact = await world.contact(tenant as never);
    const { conversationId, contactId } = contact;
    const answerTo = async (said: string, how: typeof outcome) => {
      const question = await contact.say(said);
      const id = MessageId.parse(randomUUID());
      await world.db.transaction(tenantId, async (tx) => {
        const [run] = await tx
          .update(runs)
          .set({ status: how, budgetStep })
          .where(eq(runs.questionId, question.id))
          .returning({ id: runs.id });
        const seq = question.seq + 1;
        await tx
          .insert(messages)
          .values({ id, conversationId, seq, author: "assistant", text: "So.", outcome: how, runId: run?.id });
        await tx.update(conversations).set({ lastSeq: seq }).where(eq(conversations.id, conversationId));
      });
      return id;
    };
    const answerId = await answerTo(text, outcome);
    return {
      conversationId,
      answerId,
      say: answerTo,
      vote: (vote: Vote | null) =>
        world.db.transaction(tenantId, (tx) =>
          voteOnMessage(tx, contactId, { conversationId, messageId: answerId, vote }),
        ),
      handOff: () => world.db.transaction(tenantId, (tx) => handOff(tx, contactId, conversationId)),
      /** To whoever has the conversation. */
      tell: (text: string) => contact.say(text),
      async reply(text: string) {
        await api.conversations.takeOver({ conversationId });
        await api.conversations.postMessage({ conversationId, id: world.messageId(), text });
      },
    };
  }
  const collect = () => collectGaps({ db: world.db, embedder }, tenantId, never);
  const all = () => api.gaps.list({ states: ["open", "drafted", "closed", "ignored"] });
  async function gap(): Promise<GapId> {
    const [one] = await all();
    if (!one) throw new Error("there is no gap");
    return one.id;
  }
  return { ...tenant, asks, collect, all, gap };
}

test("what was not answered, was handed off or voted down is a gap, with those that ask the same; what was answered is none", async () => {
  const { asks, collect, all, api } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await asks("Is shipping to Iceland possible?", "failed");
  const third = await asks("Can you ship to Iceland?", "answered");
  const fourth = await asks("Which colours does the kettle come in?", "answered");
  await asks("How long is the warranty?", "answered");
  await third.handOff();
  await fourth.vote("down");
  await collect();
  await collect();
  const found = await all();
  expect(found.map(({ question, asked, state }) => [question, asked, state])).toEqual([
    ["Do you ship to Iceland?", 3, "open"],
    ["Which colours does the kettle come in?", 1, "open"],
  ]);
  const [first] = found;
  const { questions } = await api.gaps.get({ gapId: first?.id as GapId });
  expect(questions.map(({ reason }) => reason).sort()).toEqual(["failed", "handed_off", "unknown"]);
  expect(questions.map(({ conversationId }) => conversationId)).toContain(third.conversationId);
});

test("a vote that is taken back takes its question out, and a gap that nothing is left of", async () => {
  const { asks, collect, all } = await newTenant();
  const asked = await asks("Which colours does the kettle come in?", "answered");
  await asked.vote("down");
  await collect();
  expect(await all()).toHaveLength(1);
  await asked.vote("up");
  await collect();
  expect(await all()).toEqual([]);
});

test("a question that went to a person since the budget was spent is none: nobody tried to answer it", async () => {
  const { asks, collect, all } = await newTenant();
  await (await asks("Do you ship to Iceland?", "unknown", "person")).handOff();
  await (await asks("How do I pay?", "unknown", "person")).vote("down");
  await asks("Which colours does the kettle come in?", "unknown", "built_in");
  await collect();
  expect((await all()).map(({ question }) => question)).toEqual(["Which colours does the kettle come in?"]);
});

test("a question that lacks something is compared as what it means", async () => {
  const { asks, collect, all } = await newTenant();
  const contact = await asks("Do you ship to Iceland?", "answered");
  await contact.say("And how much is it?", "unknown");
  await collect();
  expect((await all()).map(({ question }) => question)).toEqual(["Do you ship to Iceland?\nAnd how much is it?"]);
});

test("one click drafts an article of the question and the person's own words; publishing it closes the gap and answers", async () => {
  const { asks, collect, all, gap, api, tenantId } = await newTenant();
  const asked = await asks("Do you ship to Iceland?", "unknown");
  await asked.handOff();
  await asked.reply("Yes, by boat every Tuesday.");
  await asked.reply("It takes nine days.");
  await collect();
  const gapId = await gap();
  const draft = await api.gaps.draft({ gapId });
  expect(draft).toEqual({
    question: "Do you ship to Iceland?",
    answer: "Yes, by boat every Tuesday.\n\nIt takes nine days.",
  });
  expect(await all()).toMatchObject([{ state: "drafted" }]);

  const edited = { ...draft, answer: `${draft.answer}\n\nShipping is free.` };
  expect(await api.gaps.saveDraft({ gapId, draft: edited, basedOn: draft })).toEqual(edited);
  expect((await api.gaps.get({ gapId })).draft).toEqual(edited);
  const { documentId } = await api.gaps.publish({ gapId, draft: edited });
  expect(await all()).toMatchObject([{ state: "closed", askedSince: 0 }]);
  await expect(api.gaps.draft({ gapId })).rejects.toMatchObject({ message: "gap.closed" });

  const library = createLibrary(world.db, tenantId, embedder);
  const { versions } = await api.knowledge.documents.get({ documentId });
  await library.ingest({ tenantId, documentId, versionId: versions[0]?.id as never });
  const [passage] = await library.search("Is shipping to Iceland possible?");
  expect(passage).toMatchObject({ documentId, title: "Do you ship to Iceland?" });

  // It is an entry like any other.
  const entry = await api.knowledge.written.get({ documentId });
  const { sourceId } = await api.knowledge.documents.get({ documentId });
  const changed = { documentId, sourceId, question: entry.question, answer: "Yes, by boat. It is free." };
  expect(await api.knowledge.written.save(changed)).toMatchObject({ documentId, outcome: "queued" });

  // It comes back all the same: counted, beside what was before.
  await asks("Can you ship to Iceland?", "unknown");
  await collect();
  expect(await all()).toMatchObject([{ state: "closed", asked: 2, askedSince: 1 }]);
  await api.gaps.reopen({ gapId });
  expect(await all()).toMatchObject([{ state: "drafted", publishedAt: null }]);
});

test("an article stays one document, and the next one comes beside it, whatever their source is called by now", async () => {
  const { asks, collect, all, api } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await asks("Which colours does the kettle come in?", "unknown");
  await collect();
  const idOf = async (word: string) => (await all()).find(({ question }) => question.includes(word))?.id as GapId;
  const [shipping, colours] = [await idOf("Iceland"), await idOf("kettle")];
  const draft = { question: "Do you ship to Iceland?", answer: "Yes, by boat." };
  const { documentId } = await api.gaps.publish({ gapId: shipping, draft });
  const { sourceId } = await api.knowledge.documents.get({ documentId });
  await api.knowledge.sources.rename({ sourceId, name: "What people ask" });

  await api.gaps.reopen({ gapId: shipping });
  const again = await api.gaps.publish({ gapId: shipping, draft: { ...draft, answer: "No more." } });
  expect(again.documentId).toBe(documentId);
  const next = { question: "Which colours?", answer: "Red and blue." };
  const { documentId: other } = await api.gaps.publish({ gapId: colours, draft: next });
  expect((await api.knowledge.documents.get({ documentId: other })).sourceId).toBe(sourceId);
  const { versions } = await api.knowledge.documents.get({ documentId });
  expect(versions).toHaveLength(2);
  expect((await api.knowledge.sources.list()).sources).toHaveLength(1);
});

test("an article is an entry that can be changed, also where a source of another kind has the usual name", async () => {
  const { asks, collect, gap, api } = await newTenant();
  for (const name of ["Answers", "Answers 2"]) {
    await api.knowledge.sources.create({ id: SourceId.parse(randomUUID()), kind: "upload", name });
  }
  await asks("Do you ship to Iceland?", "unknown");
  await collect();
  const draft = { question: "Do you ship to Iceland?", answer: "Yes, by boat." };
  const { documentId } = await api.gaps.publish({ gapId: await gap(), draft });
  expect(await api.knowledge.written.get({ documentId })).toMatchObject(draft);
  const made = (await api.knowledge.sources.list()).sources.find(({ name }) => name === "Answers 3");
  expect(made).toMatchObject({ kind: "written" });
  const { entries } = await api.audit.list({});
  expect(entries.filter(({ action }) => action === "source.created")).toHaveLength(3);
});

test("a closed gap tells whether its article could be read in, and whether it is still there", async () => {
  const { asks, collect, all, gap, api, tenantId } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await collect();
  const gapId = await gap();
  const state = async () => {
    const [listed] = await all();
    expect((await api.gaps.get({ gapId })).article).toBe(listed?.article);
    return listed?.article;
  };
  expect(await state()).toBeNull();
  const draft = { question: "Do you ship to Iceland?", answer: "Yes, by boat." };
  const { documentId } = await api.gaps.publish({ gapId, draft, basedOn: await api.gaps.draft({ gapId }) });
  expect(await state()).toBe("reading");
  const setTo = (status: "held" | "ready" | "failed") =>
    world.db.transaction(tenantId, (tx) =>
      tx
        .update(documentVersions)
        .set({ status, ...(status === "failed" && { failure: "The document is broken." }) })
        .where(eq(documentVersions.documentId, documentId)),
    );
  await setTo("held");
  expect(await state()).toBe("held");
  await setTo("ready");
  expect(await state()).toBe("ready");
  await setTo("failed");
  expect(await state()).toBe("failed");
  await api.knowledge.documents.remove({ documentId });
  expect(await state()).toBe("removed");
});

test("where nobody has answered, the draft has no answer, and none is published without", async () => {
  const { asks, collect, gap, api } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await collect();
  const gapId = await gap();
  const draft = await api.gaps.draft({ gapId });
  expect(draft.answer).toBe("");
  await expect(api.gaps.publish({ gapId, draft })).rejects.toMatchObject({ message: "gap.no_answer" });
});

test("what a person said to another question is not drafted", async () => {
  const { asks, collect, all, api } = await newTenant();
  const asked = await asks("Do you ship to Iceland?", "unknown");
  await asked.say("Which colours does the kettle come in?", "unknown");
  await asked.handOff();
  await asked.reply("In red and in blue.");
  await collect();
  const found = await all();
  const idOf = (word: string) => found.find(({ question }) => question.includes(word))?.id as GapId;
  expect((await api.gaps.draft({ gapId: idOf("Iceland") })).answer).toBe("");
  expect((await api.gaps.draft({ gapId: idOf("kettle") })).answer).toBe("In red and in blue.");
});

test("what a person did for the contact afterwards, in another matter, is not drafted", async () => {
  const { asks, collect, gap, api } = await newTenant();
  const asked = await asks("Do you ship to Iceland?", "unknown");
  await asked.handOff();
  await asked.tell("Hello? Is anybody there?");
  await asked.reply("Yes.");
  await asked.reply("By boat.");
  await asked.tell("And I moved: please change my address to 12 High Street.");
  await asked.reply("Done, Bob: 12 High Street.");
  await collect();
  expect((await api.gaps.draft({ gapId: await gap() })).answer).toBe("Yes.\n\nBy boat.");
});

test("a draft has the whole message for its question, however many lines that has, and not what was asked before it", async () => {
  const { asks, collect, all, api } = await newTenant();
  const first = await asks("Which colours does the kettle come in?", "answered");
  await first.say("And how much\n is it?\n\nThanks, Bob", "unknown");
  await collect();
  const [followUp] = await all();
  expect(followUp?.question).toContain("colours");
  expect((await api.gaps.draft({ gapId: followUp?.id as GapId })).question).toBe("And how much is it? Thanks, Bob");
});

test("what is too long for an article is cut between two characters", async () => {
  const { asks, collect, gap, api } = await newTenant();
  const asked = await asks(`${"x".repeat(499)}😀 ${"y".repeat(3_000)}`, "unknown");
  await asked.handOff();
  for (let reply = 0; reply < 6; reply += 1) await asked.reply(`${reply}${"😀".repeat(1_999)}`);
  await collect();
  const { question, answer } = await api.gaps.draft({ gapId: await gap() });
  expect([question.length, question.isWellFormed()]).toEqual([499, true]);
  expect(answer.length).toBeGreaterThan(19_990);
  expect(answer.isWellFormed()).toBe(true);
});

test("a gap that is ignored goes on being counted, and can be brought back", async () => {
  const { asks, collect, all, gap, api } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await collect();
  const gapId = await gap();
  await api.gaps.ignore({ gapId });
  await asks("Can you ship to Iceland?", "unknown");
  await collect();
  expect(await all()).toMatchObject([{ state: "ignored", asked: 2 }]);
  await api.gaps.reopen({ gapId });
  expect(await all()).toMatchObject([{ state: "open" }]);
});

test("the same questions in the same order make the same gaps, however often it is collected", async () => {
  const questions = [
    "Do you ship to Iceland?",
    "How do I pay?",
    "Can you ship to Iceland?",
    "Which ways to pay are there?",
  ];
  const outcomes: unknown[] = [];
  for (const often of [false, true]) {
    const { asks, collect, all } = await newTenant();
    for (const question of questions) {
      await asks(question, "unknown");
      if (often) await collect();
    }
    await collect();
    outcomes.push((await all()).map(({ question, asked }) => [question, asked]).sort());
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
});

test("a draft that somebody else has saved meanwhile is neither written over nor published over, and the same again changes nothing", async () => {
  const { asks, collect, gap, api } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await collect();
  const gapId = await gap();
  const draft = await api.gaps.draft({ gapId });
  const theirs = { ...draft, answer: "Yes, by boat." };
  const mine = { ...draft, answer: "Yes, by plane." };
  await api.gaps.saveDraft({ gapId, draft: theirs, basedOn: draft });
  await api.gaps.saveDraft({ gapId, draft: theirs, basedOn: draft });
  const refused = { message: "gap.draft_changed" };
  await expect(api.gaps.saveDraft({ gapId, draft: mine, basedOn: draft })).rejects.toMatchObject(refused);
  await expect(api.gaps.publish({ gapId, draft: mine, basedOn: draft })).rejects.toMatchObject(refused);
  expect(await api.gaps.get({ gapId })).toMatchObject({ state: "drafted", draft: theirs });
  await api.gaps.publish({ gapId, draft: mine, basedOn: theirs });
  expect(await api.gaps.get({ gapId })).toMatchObject({ state: "closed", draft: mine });
});

test("a closed gap tells how many answers its article has given since, apart from how often it was left open again", async () => {
  const { asks, collect, all, gap, api, tenantId } = await newTenant();
  await asks("Do you ship to Iceland?", "unknown");
  await collect();
  const gapId = await gap();
  const library = createLibrary(world.db, tenantId, embedder);
  const { documentId: other } = await library.add("other.md", "Shipping is free.");
  await library.ingest();
  const { documentId } = await api.gaps.publish({
    gapId,
    draft: { question: "Do you ship to Iceland?", answer: "Yes, by boat." },
  });
  const ingest = async (id: typeof documentId) => {
    const { versions } = await api.knowledge.documents.get({ documentId: id });
    await library.ingest({ tenantId, documentId: id, versionId: versions[0]?.id as never });
  };
  await ingest(documentId);
  const passages = await library.search("ship shipping Iceland boat free");
  let number = 0;
  async function cites(of: typeof documentId, { answerId }: Pick<Awaited<ReturnType<typeof asks>>, "answerId">) {
    const passage = passages.find((found) => found.documentId === of);
    if (!passage) throw new Error("both documents are found");
    number += 1;
    await world.db.transaction(tenantId, (tx) =>
      tx.insert(citations).values({
        messageId: answerId,
        number,
        documentVersionId: passage.documentVersionId,
        chunkId: passage.chunkId,
        headingPath: passage.headingPath,
        startOffset: passage.start,
        endOffset: passage.end,
        quoteSha256: "0".repeat(64),
      }),
    );
  }
  const counted = async () => {
    const { askedSince, answeredSince } = await api.gaps.get({ gapId });
    expect(await all()).toMatchObject([{ askedSince, answeredSince }]);
    return { askedSince, answeredSince };
  };
  expect(await counted()).toEqual({ askedSince: 0, answeredSince: 0 });

  // One that cites it twice is one; another document's is none of its.
  const first = await asks("Can you ship to Iceland?", "answered");
  await cites(documentId, first);
  await cites(documentId, first);
  await cites(documentId, await asks("Is shipping to Iceland possible?", "answered"));
  await cites(other, await asks("What does shipping cost?", "answered"));
  expect(await counted()).toEqual({ askedSince: 0, answeredSince: 2 });

  // One that did not help counts as left open alone.
  const poor = await asks("Do you ship to Iceland by boat?", "answered");
  await cites(documentId, poor);
  await poor.vote("down");
  await collect();
  expect(await counted()).toEqual({ askedSince: 1, answeredSince: 2 });

  // What was answered before it was published again is not since.
  const { draft } = await api.gaps.get({ gapId });
  await api.gaps.reopen({ gapId });
  expect(await counted()).toEqual({ askedSince: 0, answeredSince: 0 });
  await api.gaps.publish({
    gapId,
    draft: { question: "Do you ship to Iceland?", answer: "Yes, by ship." },
    basedOn: draft ?? undefined,
  });
  expect(await counted()).toEqual({ askedSince: 0, answeredSince: 0 });
});

test("how often it was asked before the article and since is counted over all time, however many weeks are shown", async () => {
  const { asks, collect, gap, api, tenantId } = await newTenant();
  for (const words of ["Do you ship to Iceland?", "Is shipping to Iceland possible?", "Can you ship to Iceland?"]) {
    await asks(words, "unknown");
  }
  await collect();
  const gapId = await gap();
  await api.gaps.publish({ gapId, draft: { question: "Do you ship to Iceland?", answer: "Yes." } });
  // Two were asked and answered by the article's publishing half a year ago; one was asked since, nine days ago.
  const ago = (days: number) => sql`now() - make_interval(days => ${days})`;
  await world.db.transaction(tenantId, async (tx) => {
    await tx.update(gaps).set({ publishedAt: ago(180) });
    const [last, ...others] = await tx.select({ id: gapQuestions.messageId }).from(gapQuestions);
    await tx
      .update(gapQuestions)
      .set({ askedAt: ago(9) })
      .where(eq(gapQuestions.messageId, last?.id as MessageId));
    for (const { id } of others)
      await tx
        .update(gapQuestions)
        .set({ askedAt: ago(200) })
        .where(eq(gapQuestions.messageId, id));
  });
  const { weeks, ...counted } = await api.gaps.get({ gapId });
  expect(counted).toMatchObject({ asked: 3, askedSince: 1 });
  expect(weeks).toHaveLength(12);
  expect(weeks.filter(({ before, since }) => before + since > 0)).toEqual([{ before: 0, since: 1 }]);
  expect(weeks.at(-2)).toEqual({ before: 0, since: 1 });
});

test("gaps of before the embedder changed get vectors of the new one, a part of them at a time, until nobody wants it any more", async () => {
  const { tenantId } = await newTenant();
  await world.db.transaction(tenantId, (tx) =>
    tx.execute(sql`
      insert into gaps (question, embedder_id, embedding) select 'Question ' || n, 'another', '[1,0]' from generate_series(1, 450) n`),
  );
  const stale = () => world.db.read(tenantId, (read) => read.$count(gaps, eq(gaps.embedderId, "another")));
  const words = createWordEmbedder();
  let made = 0;
  const controller = new AbortController();
  words.before = () => {
    made += 1;
    if (made === 3) controller.abort(new Error("no use"));
  };
  const collect = (signal: AbortSignal) => collectGaps({ db: world.db, embedder: words }, tenantId, signal);
  await expect(collect(controller.signal)).rejects.toThrow("no use");
  expect([made, await stale()]).toEqual([3, 447]);
  const read = vi.spyOn(world.db, "read");
  await collect(never);
  expect(await stale()).toBe(0);
  const rows = await Promise.all(read.mock.results.map(({ value }) => value as Promise<unknown>));
  read.mockRestore();
  const lists = rows.flatMap((found) => (Array.isArray(found) ? [found.length] : []));
  expect(lists.filter((length) => length > 0)).toEqual([200, 200, 47]);
});
