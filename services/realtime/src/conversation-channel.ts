import type { SocketCaller } from "@parley/auth";
import type {
  Channel,
  ChannelEvent,
  Conversation,
  ConversationId,
  ErrorCode,
  EventOf,
  MessagePage,
} from "@parley/contracts";
import { AnswerInTheMaking } from "./answer-in-the-making.ts";
import { encodeFrame } from "./encode-frame.ts";

/** Whoever gets the frames: a socket. */
export type Subscriber = {
  readonly caller: SocketCaller;
  /** @param frame as it goes over the wire */
  send(frame: Buffer): void;
  /** It does not get what it asked to subscribe to. */
  refused(channel: string, code: ErrorCode): void;
  /** Its subscription ended, because the server could not go on with it. */
  lost(channel: Channel, code: ErrorCode): void;
};

/** The conversation and its messages after `after`; undefined when it isn't there, or not for this caller. */
export type ReadConversation = (caller: SocketCaller, after: number) => Promise<MessagePage | undefined>;

type ConversationEvent = EventOf<"message.created" | "conversation.changed">;
type AnswerEvent = EventOf<"run.started" | "answer.delta">;

type Follower = {
  readonly subscriber: Subscriber;
  /** The last `seq` that it was sent. */
  cursor: number;
  /** The newest state of the conversation that it was sent. */
  known: Pick<Conversation, "ownershipEpoch" | "lastSeq">;
  /** What came while the database is being read for it. */
  held: ConversationEvent[] | undefined;
  /** Events may have passed unseen meanwhile. */
  missedEvents: boolean;
  /** Words of the answer came meanwhile. */
  missedWords: boolean;
  /** Reads in a row that could not fill its gap. */
  fruitlessReads: number;
};

/** Events that are held for a follower; when there are more, the database is read once more instead. */
const mostHeld = 500;
const mostFruitlessReads = 5;

/** A conversation's changes come one after the other, and each raises the epoch or adds a message. */
const isNewer = (a: Follower["known"], b: Follower["known"]) =>
  a.ownershipEpoch > b.ownershipEpoch || (a.ownershipEpoch === b.ownershipEpoch && a.lastSeq > b.lastSeq);

/**
 * One conversation, and the sockets of this process that follow it. Each is sent every message once, in order of `seq`, whatever the
 * event log repeats, swaps or loses: what does not follow on what a socket has is read from the database.
 */
export class ConversationChannel {
  readonly name: Channel;
  readonly #id: ConversationId;
  readonly #read: ReadConversation;
  readonly #onTrouble: (error: unknown) => void;
  readonly #answer = new AnswerInTheMaking();
  readonly #followers = new Map<Subscriber, Follower>();
  /** Reads that are under way, by what they begin after: sockets that miss the same thing share one. */
  readonly #reads = new Map<number, Promise<MessagePage | undefined>>();

  constructor(id: ConversationId, read: ReadConversation, onTrouble: (error: unknown) => void) {
    this.name = `conversation:${id}`;
    this.#id = id;
    this.#read = read;
    this.#onTrouble = onTrouble;
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** Whether an answer is, or was, being written here. */
  get hasAnswer(): boolean {
    return !this.#answer.isEmpty;
  }

  /**
   * Sends what came after `after`, then whatever comes.
   *
   * @returns "incomplete" when more was missed than is replayed: then nothing follows
   */
  async join(subscriber: Subscriber, after: number): Promise<"live" | "incomplete" | "not_found"> {
    // Events are held from here on, so that nothing can fall between the reading and the listening.
    const known = { ownershipEpoch: 0, lastSeq: 0 };
    const missed = { missedEvents: false, missedWords: false };
    const follower: Follower = { subscriber, cursor: after, known, held: [], ...missed, fruitlessReads: 0 };
    this.#followers.set(subscriber, follower);
    try {
      const page = await this.#read(subscriber.caller, after);
      if (!this.#isCurrent(follower)) return "live";
      if (!page?.complete) this.#followers.delete(subscriber);
      if (!page) return "not_found";

      const { conversation, messages, complete } = page;
      this.#answer.learn(conversation, messages);
      const { answer } = this.#answer;
      follower.cursor = messages.at(-1)?.seq ?? after;
      follower.known = conversation;
      follower.missedWords = false;
      const subscribed = { type: "subscribed", channel: this.name, conversation, messages, complete } as const;
      subscriber.send(encodeFrame(complete && answer ? { ...subscribed, answer } : subscribed));
      if (!complete) return "incomplete";
      this.#release(follower);
      return "live";
    } catch (error) {
      if (this.#isCurrent(follower)) this.#followers.delete(subscriber);
      throw error;
    }
  }

  leave(subscriber: Subscriber): void {
    this.#followers.delete(subscriber);
  }

  onConversationEvent(event: ConversationEvent): void {
    this.#answer.learn(event.conversation, event.type === "message.created" ? [event.message] : []);
    const frame = this.#frameOf(event);
    for (const follower of this.#followers.values()) {
      if (!follower.held) this.#deliver(follower, event, frame);
      // One more than the limit tells that some were left out.
      else if (follower.held.length <= mostHeld) follower.held.push(event);
    }
  }

  /** A vote has no place in the order of messages; who comes later reads it with its message. */
  onVote(event: EventOf<"message.voted">): void {
    const frame = this.#frameOf(event);
    for (const { subscriber } of this.#followers.values()) subscriber.send(frame());
  }

  onAnswerEvent(event: AnswerEvent): void {
    if (!this.#answer.add(event)) return;
    const frame = this.#frameOf(event);
    for (const follower of this.#followers.values()) {
      if (follower.held) follower.missedWords = true;
      else follower.subscriber.send(frame());
    }
  }

  /** Reads for every follower what it may have missed. */
  onGap(): void {
    this.#reads.clear(); // what they tell is too old to be shared
    for (const follower of this.#followers.values()) {
      if (follower.held) follower.missedEvents = true;
      else this.#catchUp(follower, []);
    }
  }

  #deliver(follower: Follower, event: ConversationEvent, frame: () => Buffer): void {
    const { conversation } = event;
    const isMessage = event.type === "message.created";
    const seq = isMessage ? event.message.seq : conversation.lastSeq;
    const due = isMessage ? follower.cursor + 1 : follower.cursor;
    if (seq > due) {
      this.#catchUp(follower, [event]);
    } else if (isMessage && seq === due) {
      follower.cursor = seq;
      this.#send(follower, conversation, frame);
    } else if (isNewer(conversation, follower.known)) {
      // A message that the follower has may still bring news of the conversation.
      const news = isMessage ? this.#frameOf({ type: "conversation.changed", conversation }) : frame;
      this.#send(follower, conversation, news);
    }
  }

  /** Sends what the follower has missed, from the database, and then what came meanwhile. */
  #catchUp(follower: Follower, held: ConversationEvent[]): void {
    follower.held = held;
    this.#fill(follower).catch((error: unknown) => {
      this.#onTrouble(error);
      this.#lose(follower, "service.busy");
    });
  }

  async #fill(follower: Follower): Promise<void> {
    const before = follower.cursor;
    let complete = false;
    while (!complete) {
      const page = await this.#readShared(follower);
      if (!this.#isCurrent(follower)) return;
      if (!page) {
        this.#lose(follower, "channel.not_found");
        return;
      }
      complete = page.complete;
      this.#sendPage(follower, page);
    }
    follower.fruitlessReads = follower.cursor > before ? 0 : follower.fruitlessReads + 1;
    if (follower.fruitlessReads > mostFruitlessReads) throw new Error("an event is ahead of the database");
    this.#release(follower);
  }

  #sendPage(follower: Follower, { conversation, messages }: MessagePage): void {
    this.#answer.learn(conversation, messages);
    for (const message of messages) {
      follower.cursor = message.seq;
      this.#send(follower, conversation, this.#frameOf({ type: "message.created", message, conversation }));
    }
    if (isNewer(conversation, follower.known)) {
      this.#send(follower, conversation, this.#frameOf({ type: "conversation.changed", conversation }));
    }
  }

  /** Sends those of the held events that are still news, and begins anew when they leave a gap. */
  #release(follower: Follower): void {
    const held = follower.held ?? [];
    if (held.length > mostHeld || follower.missedEvents) {
      follower.missedEvents = false;
      this.#catchUp(follower, []);
      return;
    }
    follower.held = undefined;
    for (const [index, event] of held.entries()) {
      this.#deliver(follower, event, this.#frameOf(event));
      if (follower.held) {
        follower.held = held.slice(index);
        return;
      }
    }
    follower.fruitlessReads = 0;
    if (follower.missedWords) this.#sendAnswer(follower);
  }

  /** The answer from its beginning: some of its words went by. */
  #sendAnswer(follower: Follower): void {
    follower.missedWords = false;
    const { answer } = this.#answer;
    if (!answer) return;
    const { runId, ownershipEpoch, text } = answer;
    const run = { conversationId: this.#id, runId, ownershipEpoch };
    const event: AnswerEvent = text
      ? { type: "answer.delta", ...run, offset: 0, text }
      : { type: "run.started", ...run };
    follower.subscriber.send(this.#frameOf(event)());
  }

  #send(follower: Follower, conversation: Conversation, frame: () => Buffer): void {
    if (isNewer(conversation, follower.known)) follower.known = conversation;
    follower.subscriber.send(frame());
  }

  #lose(follower: Follower, code: ErrorCode): void {
    if (!this.#isCurrent(follower)) return;
    this.#followers.delete(follower.subscriber);
    follower.subscriber.lost(this.name, code);
  }

  #readShared({ subscriber, cursor }: Follower): Promise<MessagePage | undefined> {
    const underWay = this.#reads.get(cursor);
    if (underWay) return underWay;
    const read = this.#read(subscriber.caller, cursor).finally(() => {
      if (this.#reads.get(cursor) === read) this.#reads.delete(cursor);
    });
    this.#reads.set(cursor, read);
    return read;
  }

  /** The event's frame, made when the first follower needs it and then the same for all. */
  #frameOf(event: ChannelEvent): () => Buffer {
    let frame: Buffer | undefined;
    return () => {
      frame ??= encodeFrame({ type: "event", channel: this.name, event });
      return frame;
    };
  }

  /** Not if it left, or subscribed anew, in the meantime. */
  #isCurrent(follower: Follower): boolean {
    return this.#followers.get(follower.subscriber) === follower;
  }
}
