import * as z from "zod";
import { type Conversation, type Message, Seq } from "./conversation.ts";
import type { ErrorBody } from "./errors.ts";
import type { EventOf } from "./events.ts";
import { ConversationId, type RunId } from "./ids.ts";

/**
 * `conversation:<id>`: one conversation, resumed by `seq`; its contact and the tenant's members.
 * `conversations`, `documents` (and their sources), `members`, `budget`: what changed in the tenant's lists; members only; refetch after
 * a reconnect.
 */
export const Channel = z.union([
  z.templateLiteral(["conversation:", ConversationId]),
  z.literal("conversations"),
  z.literal("documents"),
  z.literal("members"),
  z.literal("budget"),
  z.literal("tests"),
  z.literal("gaps"),
]);
export type Channel = z.infer<typeof Channel>;

/** What a client sends on the socket: JSON text frames. The first is `authenticate`; it may come again with a newer token. */
export const ClientFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("authenticate"), token: z.string().min(1).max(4_096) }),
  z.object({
    type: z.literal("subscribe"),
    channel: z.string().max(100),
    /** The last `seq` that the client has; what came after it is sent first. Conversation channels only. */
    after: Seq.default(0),
  }),
  z.object({ type: z.literal("unsubscribe"), channel: z.string().max(100) }),
  z.object({ type: z.literal("ping") }),
]);
export type ClientFrame = z.input<typeof ClientFrame>;

/** The assistant's answer in the making, as far as it has come. */
export type AnswerSoFar = { runId: RunId; ownershipEpoch: number; text: string };

/** What the server sends on the socket. */
export type ServerFrame =
  | { type: "authenticated"; expiresAt: string }
  | {
      type: "subscribed";
      channel: Channel;
      /** Conversation channels only, from here to `answer`. */
      conversation?: Conversation;
      /** What was missed, in order of `seq`. */
      messages?: Message[];
      /** False: more was missed than is replayed, and nothing follows. Subscribe again from the last `seq`. */
      complete?: boolean;
      /** Present while an answer is being written. */
      answer?: AnswerSoFar;
    }
  | { type: "unsubscribed"; channel: string }
  | { type: "event"; channel: Channel; event: ChannelEvent }
  | { type: "error"; error: ErrorBody["error"]; channel?: string }
  | { type: "pong" };

/** The events that reach a socket. On the list channels they are invalidations: refetch what they name. */
export type ChannelEvent = EventOf<
  | "message.created"
  | "conversation.changed"
  | "message.voted"
  | "run.started"
  | "answer.delta"
  | "document.changed"
  | "source.changed"
  | "budget.changed"
  | "tests.changed"
  | "gaps.changed"
  | "embedder.changed"
  | "member.changed"
  | "member.removed"
>;

/** Why the server closed the socket. Codes from 4000 are ours. */
export const closeCodes = {
  goingAway: 1001,
  tooLarge: 1009,
  badFrame: 4400,
  authRequired: 4401,
  /** The member belongs to the workspace no more. */
  removed: 4403,
  tooSlow: 4408,
} as const;
