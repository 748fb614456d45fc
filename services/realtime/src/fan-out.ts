import type { SocketCaller } from "@parley/auth";
import type {
  Channel,
  ChannelEvent,
  ConversationId,
  EventEnvelope,
  EventOf,
  MessagePage,
  TenantId,
} from "@parley/contracts";
import { ConversationChannel, type Subscriber } from "./conversation-channel.ts";
import { encodeFrame } from "./encode-frame.ts";
import { limitConcurrency } from "./limit-concurrency.ts";
import { RecentIds } from "./recent-ids.ts";

export type FanOutOptions = {
  /** `resumeConversation` of core, on this process's database. */
  resume(caller: SocketCaller, conversationId: ConversationId, after: number): Promise<MessagePage | undefined>;
  /** A failure that ended a subscription. */
  onTrouble(error: unknown): void;
};

/** Reads for sockets at a time, so that a thousand that come back at once leave the database to others as well. */
const concurrentReads = 4;
/** Events whose repetition is noticed before anything is done with them. */
const rememberedEvents = 10_000;
/** Conversations that nobody here follows but in which an answer is, or was, being written: who comes gets its text so far. */
const mostUnfollowed = 2_000;

const conversationPrefix = "conversation:";

/**
 * Takes every event of the log and passes it on to the sockets of this process that may see it. The tenant is part of every key: an
 * event never meets a socket of another tenant, whatever ids the two chose.
 */
export class FanOut {
  readonly #resume: FanOutOptions["resume"];
  readonly #onTrouble: FanOutOptions["onTrouble"];
  readonly #limited = limitConcurrency(concurrentReads);
  readonly #recent = new RecentIds(rememberedEvents);
  readonly #followed = new Map<string, ConversationChannel>();
  readonly #unfollowed = new Map<string, ConversationChannel>();
  readonly #lists = new Map<string, { channel: Channel; subscribers: Set<Subscriber> }>();

  constructor({ resume, onTrouble }: FanOutOptions) {
    this.#resume = resume;
    this.#onTrouble = onTrouble;
  }

  /** Passes the event on to whom it concerns. Takes the same event any number of times, in any order. */
  onEvent({ id, tenantId, event }: EventEnvelope): void {
    if (this.#recent.seen(keyOf(tenantId, id))) return;
    switch (event.type) {
      case "message.created":
      case "conversation.changed":
        this.#find(keyOf(tenantId, event.conversation.id))?.onConversationEvent(event);
        this.#tell(tenantId, "conversations", event);
        break;
      case "message.voted":
        this.#find(keyOf(tenantId, event.conversationId))?.onVote(event);
        break;
      case "run.started":
      case "answer.delta":
        this.#onAnswerEvent(keyOf(tenantId, event.conversationId), event);
        break;
      case "document.changed":
      case "source.changed":
      case "embedder.changed":
        this.#tell(tenantId, "documents", event);
        break;
      case "budget.changed":
        this.#tell(tenantId, "budget", event);
        break;
      case "tests.changed":
        this.#tell(tenantId, "tests", event);
        break;
      case "gaps.changed":
        this.#tell(tenantId, "gaps", event);
        break;
      case "member.changed":
      case "member.removed":
        this.#tell(tenantId, "members", event);
        break;
      default:
      // `run.queued` is the workers' own, and what an older process doesn't know is for newer ones.
    }
  }

  /** Makes good what may have passed unseen: conversations are read again, lists are to be fetched again. */
  onGap(): void {
    for (const channel of this.#followed.values()) channel.onGap();
    for (const { channel, subscribers } of this.#lists.values()) {
      const frame = encodeFrame({ type: "subscribed", channel });
      for (const subscriber of subscribers) subscriber.send(frame);
    }
  }

  /**
   * Sends `subscribed`, and then what happens on the channel.
   *
   * @param after the last `seq` that the subscriber has
   * @returns "incomplete" when more was missed than is replayed; then, as after "not_found", nothing follows
   */
  async join(subscriber: Subscriber, name: Channel, after: number): Promise<"live" | "incomplete" | "not_found"> {
    const { caller } = subscriber;
    if (!name.startsWith(conversationPrefix)) {
      if (caller.kind !== "member") return "not_found";
      const key = keyOf(caller.tenantId, name);
      const list = this.#lists.get(key) ?? { channel: name, subscribers: new Set() };
      this.#lists.set(key, list);
      list.subscribers.add(subscriber);
      subscriber.send(encodeFrame({ type: "subscribed", channel: name }));
      return "live";
    }
    const conversationId = name.slice(conversationPrefix.length) as ConversationId;
    const key = keyOf(caller.tenantId, conversationId);
    const channel = this.#find(key) ?? this.#make(conversationId);
    this.#unfollowed.delete(key);
    this.#followed.set(key, channel);
    try {
      return await channel.join(subscriber, after);
    } finally {
      this.#settle(key);
    }
  }

  leave(subscriber: Subscriber, name: Channel): void {
    const { tenantId } = subscriber.caller;
    if (name.startsWith(conversationPrefix)) {
      const key = keyOf(tenantId, name.slice(conversationPrefix.length));
      this.#followed.get(key)?.leave(subscriber);
      this.#settle(key);
    } else {
      const key = keyOf(tenantId, name);
      const list = this.#lists.get(key);
      list?.subscribers.delete(subscriber);
      if (list?.subscribers.size === 0) this.#lists.delete(key);
    }
  }

  #tell(tenantId: TenantId, name: Exclude<Channel, `conversation:${string}`>, event: ChannelEvent): void {
    const list = this.#lists.get(keyOf(tenantId, name));
    if (!list) return;
    const frame = encodeFrame({ type: "event", channel: name, event });
    for (const subscriber of list.subscribers) subscriber.send(frame);
  }

  #find(key: string): ConversationChannel | undefined {
    return this.#followed.get(key) ?? this.#unfollowed.get(key);
  }

  #make(id: ConversationId): ConversationChannel {
    const read = (caller: SocketCaller, after: number) => this.#limited(() => this.#resume(caller, id, after));
    return new ConversationChannel(id, read, this.#onTrouble);
  }

  #onAnswerEvent(key: string, event: EventOf<"run.started" | "answer.delta">): void {
    const channel = this.#find(key) ?? this.#make(event.conversationId);
    channel.onAnswerEvent(event);
    if (!channel.isFollowed) this.#keepUnfollowed(key, channel);
  }

  /** A channel that has lost its last follower is kept a while longer, for the answer in it. */
  #settle(key: string): void {
    const channel = this.#followed.get(key);
    if (!channel || channel.isFollowed) return;
    this.#followed.delete(key);
    if (channel.hasAnswer) this.#keepUnfollowed(key, channel);
  }

  #keepUnfollowed(key: string, channel: ConversationChannel): void {
    // The one that was heard of last goes last.
    this.#unfollowed.delete(key);
    this.#unfollowed.set(key, channel);
    const [oldest] = this.#unfollowed.keys();
    if (oldest && this.#unfollowed.size > mostUnfollowed) this.#unfollowed.delete(oldest);
  }
}

const keyOf = (tenantId: TenantId, rest: string) => `${tenantId} ${rest}`;
