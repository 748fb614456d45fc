import { randomUUID } from "node:crypto";
import {
  ContactId,
  type Conversation,
  ConversationId,
  type EventEnvelope,
  type Message,
  MessageId,
  type MessagePage,
  RunId,
  type ServerFrame,
  TenantId,
} from "@parley/contracts";
import type { Subscriber } from "../conversation-channel.ts";

const at = new Date(0).toISOString();

/**
 * What a database would know of one conversation, and the envelopes that it announced, in their order. What reaches the fan-out, how
 * often and when is up to the test.
 */
export function createTruth(ids: { tenantId?: TenantId; conversationId?: ConversationId } = {}) {
  const tenantId = ids.tenantId ?? TenantId.parse(randomUUID());
  const id = ids.conversationId ?? ConversationId.parse(randomUUID());
  const contactId = ContactId.parse(randomUUID());
  const messages: Message[] = [];
  let state: Conversation = {
    id,
    contactId,
    status: "pending",
    ownershipEpoch: 1,
    assignee: null,
    lastSeq: 0,
    createdAt: at,
  };
  const envelope = (event: EventEnvelope["event"]): EventEnvelope => ({ id: randomUUID(), tenantId, event });

  return {
    tenantId,
    conversationId: id,
    contactId,
    messages,

    /** Adds a message. */
    say(text: string, more: Partial<Message> = {}): EventEnvelope {
      state = { ...state, lastSeq: state.lastSeq + 1 };
      const message: Message = {
        id: MessageId.parse(randomUUID()),
        conversationId: id,
        seq: state.lastSeq,
        author: "contact",
        authorName: null,
        memberId: null,
        text,
        notice: null,
        outcome: null,
        runId: null,
        citations: [],
        vote: null,
        createdAt: at,
        ...more,
      };
      messages.push(message);
      return envelope({ type: "message.created", message, conversation: state });
    },

    /** Gives the conversation to another owner. */
    changeOwner(): EventEnvelope {
      const status = state.status === "pending" ? "open" : "pending";
      state = { ...state, status, ownershipEpoch: state.ownershipEpoch + 1 };
      return envelope({ type: "conversation.changed", conversation: state });
    },

    /** Words of an answer; without an offset, the announcement that it begins. */
    words(runId: RunId, offset?: number, text = "", ownershipEpoch = state.ownershipEpoch): EventEnvelope {
      const run = { conversationId: id, runId, ownershipEpoch };
      return envelope(
        offset === undefined ? { type: "run.started", ...run } : { type: "answer.delta", ...run, offset, text },
      );
    },

    get state(): Conversation {
      return state;
    },

    /** As core reads it from the database. */
    page(after: number, limit = 200): MessagePage {
      const missed = messages.filter(({ seq }) => seq > after);
      return { conversation: state, messages: missed.slice(0, limit), complete: missed.length <= limit };
    },
  };
}
export type Truth = ReturnType<typeof createTruth>;

export const newRun = () => RunId.parse(randomUUID());

/** A subscriber that keeps what it gets. */
export function createListener(caller: Subscriber["caller"]) {
  const frames: ServerFrame[] = [];
  const lost: string[] = [];
  const subscriber: Subscriber = {
    caller,
    send: (frame) => frames.push(decodeFrame(frame)),
    refused: (channel, code) => lost.push(`${channel} ${code}`),
    lost: (channel, code) => lost.push(`${channel} ${code}`),
  };
  return {
    subscriber,
    frames,
    lost,
    /** The `seq` of every message that it was sent, in that order. */
    get seqs(): number[] {
      return frames.flatMap((frame) => {
        if (frame.type === "subscribed") return (frame.messages ?? []).map(({ seq }) => seq);
        return frame.type === "event" && frame.event.type === "message.created" ? [frame.event.message.seq] : [];
      });
    },
    /** The kinds of frames, and of the events in them. */
    get kinds(): string[] {
      return frames.map((frame) => (frame.type === "event" ? frame.event.type : frame.type));
    },
  };
}

export function callerOf({ tenantId, contactId }: Pick<Truth, "tenantId" | "contactId">): Subscriber["caller"] {
  const inboxId = "00000000-0000-4000-8000-000000000000" as Extract<
    Subscriber["caller"],
    { kind: "contact" }
  >["inboxId"];
  return { kind: "contact", tenantId, contactId, inboxId, origin: "https://shop.example" };
}

/** What a browser makes of the bytes. */
function decodeFrame(bytes: Buffer): ServerFrame {
  const headerLength = bytes[1] === 127 ? 10 : bytes[1] === 126 ? 4 : 2;
  return JSON.parse(bytes.toString("utf8", headerLength)) as ServerFrame;
}
