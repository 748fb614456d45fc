import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../log.ts";
import { isReply, RedisConnection } from "./redis-connection.ts";

/** How long one read waits for something new. */
const blockMs = 5_000;

export type Entry = { id: string; message: Record<string, string> };

/** Reads one stream as it grows, on a connection of its own since its reads block, through losses of Redis and of connections. */
export class StreamTail {
  readonly #connection: RedisConnection;
  readonly #key: string;
  readonly #logger: Logger;
  #cursor: string;
  #server = "";
  #stopped = false;
  #broken = false;
  #reading: Promise<void> | undefined;

  /** @param from the id after which it begins */
  constructor(options: { url: string; key: string; from: string; logger: Logger }) {
    this.#connection = new RedisConnection(options.url, options.logger, { quiet: true });
    this.#key = options.key;
    this.#cursor = options.from;
    this.#logger = options.logger;
  }

  /**
   * Resolves once it reads.
   *
   * @param onGap entries may have come and gone unread: Redis was lost, or trimmed the stream beyond the place reached
   */
  async start(onEntries: (entries: Entry[]) => void, onGap: () => void): Promise<void> {
    this.#server = await this.#serverId();
    this.#reading = this.#read(onEntries, onGap);
  }

  /** False while nothing can be read. */
  get alive(): boolean {
    return !this.#broken && !this.#stopped;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection.close();
    await this.#reading;
  }

  async #read(onEntries: (entries: Entry[]) => void, onGap: () => void): Promise<void> {
    while (!this.#stopped) {
      try {
        if (this.#broken && (await this.#hasGap())) onGap();
        this.#broken = false;
        const streams = await this.#connection.run(
          (client) => client.xRead({ key: this.#key, id: this.#cursor }, { BLOCK: blockMs, COUNT: 200 }),
          { deadlineMs: 2 * blockMs },
        );
        const entries = (streams?.[0]?.messages ?? []) as Entry[];
        this.#cursor = entries.at(-1)?.id ?? this.#cursor;
        if (entries.length > 0) onEntries(entries);
      } catch (err) {
        if (this.#stopped) return;
        this.#logger.debug({ err, stream: this.#key }, "event stream not read");
        this.#broken = true;
        await pause(100);
      }
    }
  }

  /** Whether the stream that is there now may lack something between the place reached and what comes next; finds the place anew. */
  async #hasGap(): Promise<boolean> {
    const server = await this.#serverId();
    const sameServer = server === this.#server;
    const stream = await this.#connection
      .run((client) => client.xInfoStream(this.#key))
      .catch((error) => {
        if (isReply(error, "ERR")) return undefined; // no such key
        throw error;
      });
    const last = stream && String(stream["last-generated-id"]);
    const first = stream?.["first-entry"] as Entry | null | undefined;
    const isPast = first ? isBefore(this.#cursor, first.id) : !last || isBefore(this.#cursor, last);
    if (!last || isBefore(last, this.#cursor)) this.#cursor = "0-0";
    this.#server = server;
    return !sameServer || isPast;
  }

  /** Another one after every restart of the server. */
  async #serverId(): Promise<string> {
    const info = await this.#connection.run((client) => client.info("server"));
    return /^run_id:(\w+)/m.exec(info)?.[1] ?? "";
  }
}

/** Order of two stream ids, `<milliseconds>-<number>`. */
function isBefore(left: string, right: string): boolean {
  const [leftMs = 0, leftNumber = 0] = left.split("-").map(Number);
  const [rightMs = 0, rightNumber = 0] = right.split("-").map(Number);
  return leftMs < rightMs || (leftMs === rightMs && leftNumber < rightNumber);
}
