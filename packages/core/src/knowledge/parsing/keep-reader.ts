import type { Order } from "./parse-worker.ts";
import type { Parsed } from "./parsed.ts";
import { type Reader, type ReadOptions, startReader } from "./start-reader.ts";

/** A reader that has nothing to read for so long ends. */
const idleMs = 5_000;
/** One that holds more after a page ends as well, so that those that wait for their next page take little together. */
const mostHeldBytes = 64 * 1024 * 1024;

/** Reads small pages of one site, one after the other; it ends when it is disposed of. */
export type KeptReader = AsyncDisposable & {
  /** @throws as `Reader` */
  read(order: Order, options: ReadOptions): Promise<Parsed>;
};

/**
 * A thread that stays for the next page, so that its start and its parsers' are paid for once. It is started when there is something to
 * read, and anew after anything but a page that was read: a refusal, a limit, an error.
 */
export function keepReader(): KeptReader {
  let reader: Reader | undefined;
  let idle: NodeJS.Timeout | undefined;

  async function end(): Promise<void> {
    clearTimeout(idle);
    await reader?.end();
  }

  return {
    async read(order, options) {
      clearTimeout(idle);
      if (!reader || reader.isOver()) reader = startReader();
      let stays = false;
      try {
        const parsed = await reader.read(order, options);
        stays = (await reader.heldBytes().catch(() => Number.POSITIVE_INFINITY)) <= mostHeldBytes;
        return parsed;
      } finally {
        if (stays) idle = setTimeout(() => void end(), idleMs);
        else await end();
      }
    },
    [Symbol.asyncDispose]: end,
  };
}
