import { once } from "node:events";
import { createClient, ErrorReply } from "@redis/client";
import type { Logger } from "../log.ts";
import { EventLogError } from "./event-log.ts";

const newClient = (url: string) =>
  createClient({
    url,
    // A command is for now: whoever sent it hears that it failed, rather than that it worked at some later time.
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: {
      connectTimeout: 5_000,
      reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, 1_000) + Math.random() * 100,
    },
  });
export type RedisClient = ReturnType<typeof newClient>;

/** A connection that is mended when it breaks, and when the other side falls silent without closing it. */
export class RedisConnection {
  readonly #url: string;
  readonly #logger: Logger;
  readonly #quiet: boolean;
  #client: RedisClient;
  readonly #closing = new AbortController();
  #down = false;

  /** @param options.quiet says of outages only when debugging: another connection of this process tells them already */
  constructor(url: string, logger: Logger, { quiet = false } = {}) {
    this.#url = url;
    this.#logger = logger;
    this.#quiet = quiet;
    this.#client = this.#open();
  }

  /**
   * Runs one command, once there is a connection.
   *
   * @param options.deadlineMs how long its reply may take
   * @throws EventLogError when Redis can't be reached or does not reply; what Redis itself says against the command, as it is
   */
  async run<T>(command: (client: RedisClient) => Promise<T>, { deadlineMs = 5_000 } = {}): Promise<T> {
    if (this.#closing.signal.aborted) throw new EventLogError("The event log is closed.");
    const client = this.#client;
    if (!client.isReady) await this.#becomeReady(client);
    let tooLong: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      tooLong = setTimeout(() => {
        reject(new EventLogError(`Redis did not reply within ${deadlineMs} ms.`));
        if (client === this.#client) this.#reopen();
      }, deadlineMs);
    });
    try {
      return await Promise.race([command(client), silence]);
    } catch (error) {
      // After a failover: the server that writes is found by connecting anew.
      if (isReply(error, "READONLY") && client === this.#client) this.#reopen();
      if (error instanceof ErrorReply || error instanceof EventLogError) throw error;
      throw new EventLogError("The connection to Redis was lost.", { cause: error });
    } finally {
      clearTimeout(tooLong);
    }
  }

  /** Whether a command would be sent at once. */
  get isReady(): boolean {
    return this.#client.isReady;
  }

  close(): void {
    this.#closing.abort();
    this.#client.destroy();
  }

  async #becomeReady(client: RedisClient): Promise<void> {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(5_000), this.#closing.signal]);
      await once(client, "ready", { signal }); // rejects at the next failed try to connect
    } catch (cause) {
      const { name, message, code } = cause as NodeJS.ErrnoException;
      const reason = name === "AbortError" ? "no connection within 5 seconds" : message || code;
      throw new EventLogError(`Redis can't be reached at ${new URL(this.#url).host}: ${reason}`, { cause });
    }
  }

  #open(): RedisClient {
    const client = newClient(this.#url);
    client.setMaxListeners(0); // every command that waits for the connection listens
    client.on("error", (err) => {
      if (this.#down) return; // one line for an outage, not one for each try
      this.#down = true;
      this.#logger[this.#quiet ? "debug" : "warn"]({ err }, "Redis connection lost");
    });
    client.on("ready", () => {
      if (this.#down) this.#logger[this.#quiet ? "debug" : "info"]("Redis connection restored");
      this.#down = false;
    });
    client.connect().catch(() => {}); // told by its error event; rejects only when it is closed meanwhile
    return client;
  }

  #reopen(): void {
    if (this.#closing.signal.aborted) return;
    this.#client.destroy();
    this.#client = this.#open();
  }
}

/** Whether it is Redis's own answer to a command, of this kind: `NOGROUP No such key …`. */
export function isReply(error: unknown, kind: string): boolean {
  return error instanceof ErrorReply && error.message.startsWith(`${kind} `);
}
