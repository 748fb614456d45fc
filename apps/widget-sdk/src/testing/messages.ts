import type { Citation, Conversation, Message } from "@parley/contracts";

/** A conversation as the server tells it, for tests. */
export function aConversation(change: Partial<Conversation> = {}): Conversation {
  return {
    id: "00000000-0000-4000-8000-000000000001",
    contactId: "00000000-0000-4000-8000-000000000002",
    status: "pending",
    ownershipEpoch: 1,
    assignee: null,
    lastSeq: 0,
    createdAt: "2026-11-24T10:00:00.000Z",
    ...change,
  } as Conversation;
}

/** @param seq also makes its id */
export function aMessage(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `00000000-0000-4000-8000-0000000001${String(seq).padStart(2, "0")}`,
    conversationId: "00000000-0000-4000-8000-000000000001",
    seq,
    author: "contact",
    authorName: null,
    memberId: null,
    text: `Message ${seq}`,
    notice: null,
    outcome: null,
    runId: null,
    citations: [],
    vote: null,
    createdAt: "2026-11-24T10:00:00.000Z",
    ...change,
  } as Message;
}

export function aCitation(number: number, change: Partial<Citation> = {}): Citation {
  return {
    number,
    documentId: "00000000-0000-4000-8000-000000000003",
    documentVersionId: "00000000-0000-4000-8000-000000000004",
    chunkId: "00000000-0000-4000-8000-000000000005",
    title: "Guide",
    headingPath: ["Guide", "Adding documents"],
    start: 0,
    end: 1,
    ...change,
  } as Citation;
}
