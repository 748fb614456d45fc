import { randomUUID } from "node:crypto";
import { ContactId, ConversationId, type RunId, type TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { messages, runs } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createWorld, type World } from "../testing/world.ts";
import { resumeConversation } from "./channel.ts";
import { handOff } from "./hand-off.ts";
import { openConversation } from "./open-conversation.ts";
import { postMessage } from "./post-message.ts";
import { postReply, type Reply } from "./post-reply.ts";
import { takeOver } from "./take-over.ts";

type Contact = Awaited<ReturnType<World["contact"]>>;

const runsOf = (world: World, { tenantId, conversationId }: Contact) =>
  world.db.read(tenantId, (read) =>
    read.select().from(runs).where(eq(runs.conversationId, conversationId)).orderBy(runs.createdAt),
  );
const messagesOf = (world: World, { tenantId, conversationId }: Contact) =>
  world.db.read(tenantId, (read) =>
    read.select().from(messages).where(eq(messages.conversationId, conversationId)).orderBy(messages.seq),
  );

/** What a worker does before it writes. */
async function claim(world: World, contact: Contact, leaseToken: string = randomUUID()) {
  const [run] = await world.db.transaction(contact.tenantId, (tx) =>
    tx
      .update(runs)
      .set({
        status: "running",
        leaseToken,
        leaseUntil: new Date(Date.now() + 60_000),
      })
      .where(eq(runs.conversationId, contact.conversationId))
      .returning(),
  );
  if (!run) throw new Error("no run is due");
  return { runId: run.id, leaseToken };
}

/** Does the work in a transaction that stays open until another one waits for what it has locked. */
async function holdOpen(world: World, tenantId: TenantId, work: (tx: TenantTransaction) => Promise<unknown>) {
  const done = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const transaction = world.db.transaction(tenantId, async (tx) => {
    await work(tx);
    done.resolve();
    await mayEnd.promise;
    const isWaitedFor = sql`select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`;
    await expect.poll(async () => (await tx.execute(isWaitedFor)).rows).not.toEqual([]);
  });
  await Promise.race([done.promise, transaction]);
  return {
    commitWhenWaitedFor() {
      mayEnd.resolve();
      return transaction;
    },
  };
}

const reply = (claimed: { runId: RunId; leaseToken: string }, text = "An answer."): Reply => ({
  ...claimed,
  text,
  outcome: "answered",
  citations: [],
  passages: [],
  receipt: {
    answerer: "built-in",
    model: null,
    budgetStep: null,
    reason: null,
    firstWordsAt: null,
    route: null,
  },
  attempts: [],
  toolCalls: [],
});

test("a message is stored, announced and owed an answer: all of it", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const message = await contact.say("Where is my order?");

  expect(message).toMatchObject({
    seq: 1,
    author: "contact",
    text: "Where is my order?",
  });
  expect(await runsOf(world, contact)).toMatchObject([{ status: "queued", questionId: message.id, ownershipEpoch: 1 }]);
  const announced = await world.announced(contact.tenantId);
  expect(announced.map(({ type }) => type)).toEqual(["message.created", "run.queued"]);
});

test("the same message sent twice, also at the same time, is stored, announced and answered once", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const id = world.messageId();
  const sent = await Promise.all([contact.say("Hello?", id), contact.say("Hello?", id), contact.say("Hello?", id)]);

  expect(new Set(sent.map(({ seq }) => seq))).toEqual(new Set([1]));
  expect(await messagesOf(world, contact)).toHaveLength(1);
  expect(await runsOf(world, contact)).toHaveLength(1);
  expect(await world.announced(contact.tenantId)).toHaveLength(2);
});

test("a message id that names another message is refused, whoever's that is", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const neighbour = await world.contact(contact);
  const { id } = await contact.say("One");

  await expect(contact.say("Two", id)).rejects.toMatchObject({
    code: "message.id_taken",
  });
  await expect(neighbour.say("One", id)).rejects.toMatchObject({
    code: "message.id_taken",
  });
  expect(await messagesOf(world, contact)).toMatchObject([{ text: "One" }]);
});

test("messages sent side by side get the numbers 1, 2, 3 … without a hole", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  await Promise.all(Array.from({ length: 12 }, (_, i) => contact.say(`Message ${i}`)));
  expect((await messagesOf(world, contact)).map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

test("one id for two messages at the same moment: one is stored, the other is refused", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const neighbour = await world.contact(contact);
  const { tenantId, contactId, conversationId } = contact;
  const id = world.messageId();
  const first = await holdOpen(world, tenantId, (tx) =>
    postMessage(tx, contactId, { id, conversationId, text: "One" }),
  );
  const refused = expect(neighbour.say("One", id)).rejects.toMatchObject({ code: "message.id_taken" });
  await first.commitWhenWaitedFor();
  await refused;

  expect(await messagesOf(world, contact)).toMatchObject([{ id, text: "One" }]);
  expect(await messagesOf(world, neighbour)).toEqual([]);
});

test("a message that had to wait for another one comes after it, and is answered after it", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { tenantId, contactId, conversationId } = contact;
  // Its transaction begins first and gets its turn last.
  const began = Promise.withResolvers<void>();
  const turn = Promise.withResolvers<void>();
  const late = world.db.transaction(tenantId, async (tx) => {
    began.resolve();
    await turn.promise;
    await postMessage(tx, contactId, { id: world.messageId(), conversationId, text: "Second" });
  });
  await began.promise;
  await contact.say("First");
  turn.resolve();
  await late;

  const [first, second] = await messagesOf(world, contact);
  expect([first?.text, second?.text]).toEqual(["First", "Second"]);
  expect(second?.createdAt.getTime()).toBeGreaterThanOrEqual(first?.createdAt.getTime() ?? Infinity);
  expect((await runsOf(world, contact)).map(({ questionId }) => questionId)).toEqual([first?.id, second?.id]);
});

test("a message that had to wait for a takeover tells who has taken over", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { tenantId, conversationId, member } = contact;
  const takeover = await holdOpen(world, tenantId, (tx) => takeOver(tx, member.memberId, conversationId));
  const said = contact.say("Is anybody there?");
  await takeover.commitWhenWaitedFor();
  await said;

  const events = await world.announced(tenantId);
  expect(events.at(-1)).toMatchObject({
    type: "message.created",
    message: { text: "Is anybody there?" },
    conversation: { assignee: { id: member.memberId, name: member.name } },
  });
});

test("a contact can neither post into, resume nor hand off another's conversation, nor learn that it exists", async () => {
  await using world = await createWorld();
  const ours = await world.contact();
  for (const theirs of [await world.contact(), await world.contact(ours)]) {
    for (const conversationId of [theirs.conversationId, ConversationId.parse(randomUUID())]) {
      const post = world.db.transaction(ours.tenantId, (tx) =>
        postMessage(tx, ours.contactId, {
          id: world.messageId(),
          conversationId,
          text: "Hello",
        }),
      );
      await expect(post).rejects.toMatchObject({
        code: "conversation.not_found",
        message: "conversation.not_found",
      });
      const hand = world.db.transaction(ours.tenantId, (tx) => handOff(tx, ours.contactId, conversationId));
      await expect(hand).rejects.toMatchObject({
        code: "conversation.not_found",
        message: "conversation.not_found",
      });
      const caller = {
        kind: "contact",
        origin: "https://shop.example",
        inboxId: ours.inbox.id,
        ...ours,
      } as const;
      expect(await resumeConversation(world.db, caller, conversationId, 0)).toBeUndefined();
    }
    expect(await messagesOf(world, theirs)).toEqual([]);
  }
});

test("a conversation id that is somebody else's can't be opened", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const stranger = {
    contactId: ContactId.parse(randomUUID()),
    inboxId: contact.inbox.id,
  };
  const open = world.db.transaction(contact.tenantId, (tx) => openConversation(tx, stranger, contact.conversationId));
  await expect(open).rejects.toMatchObject({ code: "conversation.id_taken" });
});

test("a reply finishes its run and is said once", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  await contact.say("A question?");
  const claimed = await claim(world, contact);
  const post = () => world.db.transaction(contact.tenantId, (tx) => postReply(tx, reply(claimed)));

  expect(await post()).toMatchObject({
    seq: 2,
    author: "assistant",
    outcome: "answered",
    runId: claimed.runId,
  });
  expect(await post()).toBe("discarded");
  expect(await messagesOf(world, contact)).toHaveLength(2);
  expect(await runsOf(world, contact)).toMatchObject([{ status: "answered", leaseUntil: null }]);
});

test("a run that lost its lease writes nothing", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  await contact.say("A question?");
  const first = await claim(world, contact);
  const second = await claim(world, contact);
  expect(await world.db.transaction(contact.tenantId, (tx) => postReply(tx, reply(first)))).toBe("discarded");
  expect(await runsOf(world, contact)).toMatchObject([{ status: "running" }]);
  expect(await world.db.transaction(contact.tenantId, (tx) => postReply(tx, reply(second)))).toMatchObject({ seq: 2 });
});

test("after a takeover the assistant's reply is discarded, however far it was", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  await contact.say("A question?");
  const claimed = await claim(world, contact);
  const taken = await contact.api.conversations.takeOver({
    conversationId: contact.conversationId,
  });

  expect(taken).toMatchObject({
    status: "open",
    ownershipEpoch: 2,
    assignee: { name: "Ada" },
  });
  const late = reply(claimed);
  const written = { ...late, receipt: { ...late.receipt, model: "fake-1" } };
  const post = () => world.db.transaction(contact.tenantId, (tx) => postReply(tx, written));
  expect([await post(), await post()]).toEqual(["discarded", "discarded"]);
  expect(await messagesOf(world, contact)).toMatchObject([{ author: "contact" }, { notice: "taken_over" }]);
  expect(await runsOf(world, contact)).toMatchObject([
    { status: "discarded", reason: "the conversation changed hands", model: "fake-1" },
  ]);
});

test("a takeover and a reply at the same moment: the reply comes before the notice, or never", async () => {
  await using world = await createWorld();
  for (let round = 0; round < 10; round++) {
    const contact = await world.contact();
    await contact.say("A question?");
    const claimed = await claim(world, contact);
    await Promise.all([
      contact.api.conversations.takeOver({
        conversationId: contact.conversationId,
      }),
      world.db.transaction(contact.tenantId, (tx) => postReply(tx, reply(claimed))),
    ]);
    const after = (await messagesOf(world, contact)).map(({ notice, author }) => notice ?? author);
    expect(["contact,taken_over", "contact,assistant,taken_over"]).toContain(after.join());
  }
});

test("while a member has the conversation no answer is owed; returned with a question open, one is", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { conversationId } = contact;
  await contact.api.conversations.takeOver({ conversationId });
  const question = await contact.say("Are you a person?");
  expect(await runsOf(world, contact)).toEqual([]);

  const returned = await contact.api.conversations.returnToAssistant({
    conversationId,
  });
  expect(returned).toMatchObject({
    status: "pending",
    assignee: null,
    ownershipEpoch: 3,
  });
  expect(await runsOf(world, contact)).toMatchObject([
    { status: "queued", questionId: question.id, ownershipEpoch: 3 },
  ]);
});

test("returned after the member spoke last, the assistant waits for the contact", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { conversationId } = contact;
  await contact.api.conversations.takeOver({ conversationId });
  await contact.say("Are you a person?");
  await contact.api.conversations.postMessage({
    id: world.messageId(),
    conversationId,
    text: "I am.",
  });
  await contact.api.conversations.returnToAssistant({ conversationId });
  expect(await runsOf(world, contact)).toEqual([]);
});

test("only the member who took the conversation over speaks in it", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { conversationId } = contact;
  const post = () =>
    contact.api.conversations.postMessage({
      id: world.messageId(),
      conversationId,
      text: "Hello",
    });

  await expect(post()).rejects.toMatchObject({
    code: "CONFLICT",
    message: "conversation.not_owned",
  });
  await contact.api.conversations.takeOver({ conversationId });
  expect(await post()).toMatchObject({ author: "member", authorName: "Ada", memberId: contact.member.memberId });
  await contact.api.conversations.resolve({ conversationId });
  await expect(post()).rejects.toMatchObject({
    message: "conversation.not_owned",
  });
});

test("who said something is told by id, not by name: a namesake's message is another's, and so is its id", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { conversationId, tenantId } = contact;
  const namesake = await world.colleague(tenantId, "member", contact.member.name);
  const message = { id: world.messageId(), conversationId, text: "Hello" };
  await namesake.api.conversations.takeOver({ conversationId });
  await namesake.api.conversations.postMessage(message);
  await contact.api.conversations.takeOver({ conversationId });

  await expect(contact.api.conversations.postMessage(message)).rejects.toMatchObject({ message: "message.id_taken" });
  const said = (await contact.api.conversations.messages({ conversationId })).messages;
  const whoever = said.map(({ author, authorName, memberId }) => ({ author, authorName, memberId }));
  expect(whoever).toEqual([
    { author: "system", authorName: "Ada", memberId: namesake.memberId },
    { author: "member", authorName: "Ada", memberId: namesake.memberId },
    { author: "system", authorName: "Ada", memberId: contact.member.memberId },
  ]);
});

test("a viewer reads along and changes nothing", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  const { conversationId } = contact;
  await contact.say("Hello?");
  const viewer = world.memberApi(contact.tenantId, contact.member, "viewer");
  expect((await viewer.conversations.messages({ conversationId })).messages).toHaveLength(1);
  await expect(viewer.conversations.takeOver({ conversationId })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a hand-off is executed when it is announced: no answer comes after it, and asking again changes nothing", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  await contact.say("I want a person");
  const ask = () =>
    world.db.transaction(contact.tenantId, (tx) => handOff(tx, contact.contactId, contact.conversationId));

  expect(await ask()).toMatchObject({
    status: "open",
    assignee: null,
    ownershipEpoch: 2,
  });
  expect(await ask()).toMatchObject({ ownershipEpoch: 2 });
  expect(await runsOf(world, contact)).toMatchObject([{ status: "discarded" }]);
  expect((await contact.api.conversations.list({ view: "waiting" })).conversations).toMatchObject([
    { id: contact.conversationId },
  ]);
});

test("a resolved conversation reopens with the assistant when the contact writes", async () => {
  await using world = await createWorld();
  const contact = await world.contact();
  await contact.say("Thanks");
  await contact.api.conversations.resolve({
    conversationId: contact.conversationId,
  });
  await contact.say("One more thing");
  const now = await contact.api.conversations.get({
    conversationId: contact.conversationId,
  });
  expect(now).toMatchObject({ status: "pending", assignee: null });
  expect((await runsOf(world, contact)).map(({ status }) => status)).toEqual(["discarded", "queued"]);
});

test("another tenant's member gets the same answer for our conversation as for none", async () => {
  await using world = await createWorld();
  const ours = await world.contact();
  await ours.say("A secret");
  const stranger = await world.tenant();
  const probe = async (conversationId: ConversationId) => {
    const { conversations } = stranger.api;
    const calls = [
      conversations.get({ conversationId }),
      conversations.messages({ conversationId }),
      conversations.takeOver({ conversationId }),
      conversations.returnToAssistant({ conversationId }),
      conversations.resolve({ conversationId }),
      conversations.postMessage({
        id: world.messageId(),
        conversationId,
        text: "x",
      }),
      conversations.citation({
        conversationId,
        messageId: world.messageId(),
        number: 1,
      }),
    ];
    const results = await Promise.allSettled(calls);
    return results.map((result) =>
      result.status === "rejected" ? [result.reason.code, result.reason.message] : "answered",
    );
  };
  const foreign = await probe(ours.conversationId);
  expect(foreign).toEqual(await probe(ConversationId.parse(randomUUID())));
  expect(foreign).not.toContain("answered");
  expect((await stranger.api.conversations.list({ view: "all" })).conversations).toEqual([]);
});

test("the inbox pages through all conversations, newest first, without losing or repeating one", async () => {
  await using world = await createWorld();
  const tenant = await world.tenant();
  const ids = [];
  for (let i = 0; i < 65; i++) {
    const contact = await world.contact(tenant);
    await contact.say(`Question ${i}`);
    ids.unshift(contact.conversationId);
  }
  await world.contact(tenant); // said nothing yet: not listed

  const listed = [];
  let cursor: string | undefined;
  do {
    const page = await tenant.api.conversations.list({
      view: "all",
      ...(cursor && { cursor }),
    });
    listed.push(...page.conversations.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(listed).toEqual(ids);
  expect(await tenant.api.conversations.counts()).toEqual({
    assistant: 65,
    waiting: 0,
    mine: 0,
  });
});

test.each([
  ["right to left", "מה שלום ההזמנה שלי?"],
  ["emoji", "👩‍👩‍👧‍👦 🎉"],
  ["HTML", "<script>alert(1)</script><b>x</b>"],
  ["line breaks", "one\ntwo\n\nthree"],
  ["SQL", "'; drop table messages; --"],
])("text is kept to the letter: %s", async (_, text) => {
  await using world = await createWorld();
  const contact = await world.contact();
  await contact.say(text);
  const [stored] = await messagesOf(world, contact);
  expect(stored?.text).toBe(text);
});
