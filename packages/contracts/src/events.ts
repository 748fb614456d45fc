import * as z from "zod";
import { Conversation, Message, Vote } from "./conversation.ts";
import { ConversationId, DocumentId, MemberId, MessageId, RunId, SourceId, TenantId } from "./ids.ts";
import { Role } from "./members.ts";

/** Facts, past tense; stored with what they tell of, in one transaction. A reader that sees an unknown `type` ignores it. */
export const StoredEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message.created"), message: Message, conversation: Conversation }),
  /** Its owner, its status or its assignee is another than before. */
  z.object({ type: z.literal("conversation.changed"), conversation: Conversation }),
  /** The contact has said whether an answer helped, says otherwise now, or has taken it back. */
  z.object({
    type: z.literal("message.voted"),
    conversationId: ConversationId,
    messageId: MessageId,
    vote: Vote.nullable(),
    /** What they had said before. Absent in what an older release has announced. */
    before: Vote.nullable().default(null),
  }),
  /** An answer is due. */
  z.object({ type: z.literal("run.queued"), runId: RunId, conversationId: ConversationId }),
  z.object({ type: z.literal("document.changed"), documentId: DocumentId }),
  /** It is there, has another name or other settings, or is gone. */
  z.object({ type: z.literal("source.changed"), sourceId: SourceId }),
  /** The budget is another, or the month's spending has reached a part of it that is told of or changes answers. */
  z.object({ type: z.literal("budget.changed") }),
  /** What the assistant is told, or who answers for it, is another than before. */
  z.object({ type: z.literal("assistant.changed") }),
  /** Tests of the knowledge, their runs or their results. */
  z.object({ type: z.literal("tests.changed") }),
  /** Questions that wait for an answer in the knowledge. */
  z.object({ type: z.literal("gaps.changed") }),
  /** Another embedder was chosen, has got further or is in use; or it can't be reached, or can be again. */
  z.object({ type: z.literal("embedder.changed") }),
  /** Somebody is a member now, or may do other things than before. */
  z.object({ type: z.literal("member.changed"), memberId: MemberId, role: Role }),
  /** Somebody was removed, or left: from here on they see nothing of the tenant. */
  z.object({ type: z.literal("member.removed"), memberId: MemberId }),
]);
export type StoredEvent = z.infer<typeof StoredEvent>;

/** Passing events: never stored, may be lost. Whatever they tell, a stored event tells again in the end. */
export const PassingEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run.started"),
    conversationId: ConversationId,
    runId: RunId,
    ownershipEpoch: z.int().positive(),
  }),
  z.object({
    type: z.literal("answer.delta"),
    conversationId: ConversationId,
    runId: RunId,
    ownershipEpoch: z.int().positive(),
    /** Where `text` begins in the answer so far, in UTF-16 code units. 0 begins the answer anew. */
    offset: z.int().nonnegative(),
    text: z.string(),
  }),
]);
export type PassingEvent = z.infer<typeof PassingEvent>;

export const Event = z.union([StoredEvent, PassingEvent]);
export type Event = z.infer<typeof Event>;
export type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;

/** An event as the event log carries it. `id` is the same whenever the event is delivered again. */
export const EventEnvelope = z.object({ id: z.string().min(1).max(64), tenantId: TenantId, event: Event });
export type EventEnvelope = z.infer<typeof EventEnvelope>;
