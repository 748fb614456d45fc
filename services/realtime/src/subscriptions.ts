import type { Duplex } from "node:stream";
import { Channel, type ErrorCode, limits } from "@parley/contracts";
import type { Subscriber } from "./conversation-channel.ts";
import type { FanOut } from "./fan-out.ts";

type Place = { channel: Channel; left: boolean };

/** Bytes that may wait to be sent before the history of another channel is read for the socket. */
const historyWaitsAboveBytes = 512 * 1024;

/** What one socket subscribes to, by the channels' names. */
export class Subscriptions {
  readonly #subscriber: Subscriber;
  readonly #stream: Duplex;
  readonly #fanOut: FanOut;
  readonly #onTrouble: (error: unknown, channel: Channel) => void;
  readonly #places = new Map<string, Place>();
  /** Channels are joined one after the other, at the pace at which the client takes their history. */
  #joins: Promise<void> = Promise.resolve();

  /** @param stream what the subscriber is sent goes out through it */
  constructor(
    subscriber: Subscriber,
    stream: Duplex,
    fanOut: FanOut,
    onTrouble: (error: unknown, channel: Channel) => void,
  ) {
    this.#subscriber = subscriber;
    this.#stream = stream;
    this.#fanOut = fanOut;
    this.#onTrouble = onTrouble;
  }

  /** Subscribing again begins anew, from the new `after`. */
  add(name: string, after: number): void {
    const channel = Channel.safeParse(name).data;
    // One spelling a channel: an id in capitals would be found in the database but never in an event.
    if (!channel || name !== name.toLowerCase()) {
      this.#subscriber.refused(name, "channel.not_found");
    } else if (this.#places.size >= limits.channelsPerSocket && !this.#places.has(name)) {
      this.#subscriber.refused(name, "channel.too_many");
    } else {
      this.remove(name);
      const place = { channel, left: false };
      this.#places.set(name, place);
      this.#joins = this.#joins.then(() => this.#join(place, after));
    }
  }

  remove(name: string): void {
    const place = this.#places.get(name);
    if (!place) return;
    place.left = true;
    this.#places.delete(name);
    this.#fanOut.leave(this.#subscriber, place.channel);
  }

  removeAll(): void {
    for (const name of this.#places.keys()) this.remove(name);
  }

  async #join(place: Place, after: number): Promise<void> {
    const { channel } = place;
    await this.#roomForHistory();
    if (place.left) return;
    let refused: ErrorCode | undefined;
    try {
      const outcome = await this.#fanOut.join(this.#subscriber, channel, after);
      if (outcome === "live") return;
      if (outcome === "not_found") refused = "channel.not_found";
    } catch (error) {
      this.#onTrouble(error, channel);
      refused = "service.busy";
    }
    if (place.left) return;
    this.#places.delete(channel);
    if (refused) this.#subscriber.refused(channel, refused);
  }

  /** Resolves when the client has taken most of what it was sent, or is gone. */
  async #roomForHistory(): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed || stream.writableLength <= historyWaitsAboveBytes) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.once("drain", resolve).once("close", resolve);
    await promise;
    stream.off("drain", resolve).off("close", resolve);
  }
}
