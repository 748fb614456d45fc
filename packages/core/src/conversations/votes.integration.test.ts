import { randomUUID } from "node:crypto";
import { type ConversationId, MessageId, type Vote } from "@parley/contracts";
import { conversations, messages } from "@parley/db/schema";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../testing/world.ts";
import { listMessages } from "./list-messages.ts";
import { voteOnMessage } from "./vote-on-message.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A contact with a question and an answer of the assistant's. */
async function answered() {
  const contact = await world.contact();
  const { tenantId, conversationId, contactId } = contact;
  const question = await contact.say("Where is the elephant?");
  const id = MessageId.parse(randomUUID());
  await world.db.transaction(tenantId, async (tx) => {
    await tx
      .insert(messages)
      .values({ id, conversationId, seq: 2, author: "assistant", text: "So.", outcome: "answered" });
    await tx.update(conversations).set({ lastSeq: 2 }).where(eq(conversations.id, conversationId));
  });
  const vote = (vote: Vote | null, messageId = id, inConversation: ConversationId = conversationId) =>
    world.db.transaction(tenantId, (tx) =>
      voteOnMessage(tx, contactId, { conversationId: inConversation, messageId, vote }),
    );
  const told = async () =>
    (await world.announced(tenantId)).flatMap((event) => (event.type === "message.voted" ? [event.vote] : []));
  const seen = async () => {
    const page = await listMessages(world.db, tenantId, { conversationId, contactId, after: 0 });
    return page.messages.map(({ vote }) => vote);
  };
  return { ...contact, question, id, vote, told, seen };
}

test("a contact says of an answer whether it helped, thinks again and takes it back; members see the last word", async () => {
  const { vote, told, seen, api, conversationId, id } = await answered();
  expect(await vote("up")).toEqual({ vote: "up" });
  await vote("up");
  expect(await seen()).toEqual([null, "up"]);
  await vote("down");
  expect(await api.conversations.votes({ conversationId })).toEqual([{ messageId: id, vote: "down" }]);
  expect(await seen()).toEqual([null, "down"]);
  await vote(null);
  expect(await seen()).toEqual([null, null]);
  expect(await api.conversations.votes({ conversationId })).toEqual([]);
  expect(await told()).toEqual(["up", "down", null]);
});

test("a contact votes on nothing but the assistant's answers in their own conversation", async () => {
  const { vote, told, question, id, ...ours } = await answered();
  const { tenantId } = ours;
  const other = await answered();
  const notFound = { code: "message.not_found" };
  await expect(vote("up", question.id)).rejects.toMatchObject(notFound);
  await expect(vote("up", other.id)).rejects.toMatchObject(notFound);
  await expect(vote("up", other.id, other.conversationId)).rejects.toMatchObject({ code: "conversation.not_found" });
  const neighbour = await world.contact(ours);
  await expect(
    world.db.transaction(tenantId, (tx) =>
      voteOnMessage(tx, neighbour.contactId, { conversationId: neighbour.conversationId, messageId: id, vote: "up" }),
    ),
  ).rejects.toMatchObject(notFound);
  expect(await told()).toEqual([]);
  const { rows } = await world.db.read(tenantId, (read) => read.execute(sql`select 1 from message_votes`));
  expect(rows).toEqual([]);
});
