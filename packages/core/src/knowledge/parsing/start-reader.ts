import { Worker } from "node:worker_threads";
import { AppError } from "../../app-error.ts";
import type { Order, Outcome, Told } from "./parse-worker.ts";
import type { PageProgress, Parsed } from "./parsed.ts";

/** Of a processor: as many seconds, where none else wants it, and as much for the same file where somebody does. */
const cpuMs = 8_000;
/** For a reader that does nothing, and never ends; who works has spent its processor's time by then, on a machine seven times too busy as well. */
const deadlineMs = 60_000;
const mb = 1024 * 1024;
/** What a reader may have: its heap, and beside it the buffers that things are unpacked into, which V8 does not count. */
const heapMb = 192;
const bufferBytes = 128 * mb;
const watchedEveryMs = 50;

export type ReadOptions = {
  /** Ends it, at once. */
  signal?: AbortSignal | undefined;
  /** Is told now and then how far it is, of a file that has pages. */
  onPages?: ((pages: PageProgress) => void) | undefined;
};

/** A thread that reads files, one after the other. */
export type Reader = {
  /**
   * Reads a file, with a limit to its time and memory that is this file's own. After it has thrown, the reader is to be ended.
   *
   * @throws AppError what the file is refused for; `document.too_complex` when it takes too long or too much. The signal's reason
   */
  read(order: Order, options: ReadOptions): Promise<Parsed>;
  /** What is in its heap, in bytes, with what it needs no more. */
  heldBytes(): Promise<number>;
  /** It reads no more. */
  isOver(): boolean;
  end(): Promise<void>;
};

const ended: Outcome = { code: "document.broken", detail: "the reader ended without a word" };

export function startReader(): Reader {
  const worker = new Worker(new URL("./parse-worker.ts", import.meta.url), {
    name: "reader",
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  let isOver = false;
  let hasRead = false;
  const unheard = () => {};
  let hear: (told: Told) => void = unheard;
  worker.on("message", (told: Told) => hear(told));
  // Also of one that has nothing to read just now: what nobody listens to would end this process.
  worker.on("error", (error) => {
    isOver = true;
    const isFull = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
    hear(isFull ? tooComplex("out of memory") : { code: "document.broken", detail: String(error) });
  });
  worker.on("exit", () => {
    isOver = true;
    hear(ended);
  });

  async function read(order: Order, { signal, onPages }: ReadOptions): Promise<Parsed> {
    signal?.throwIfAborted();
    // Its start counts as the first file's.
    const before = hasRead ? await worker.cpuUsage().catch(() => undefined) : undefined;
    hasRead = true;
    let timer: NodeJS.Timeout | undefined;
    let watch: NodeJS.Timeout | undefined;
    const over = new AbortController();
    try {
      const outcome = await new Promise<Outcome>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { signal: over.signal });
        hear = (told) => ("pages" in told ? onPages?.(told.pages) : resolve(told));
        timer = setTimeout(() => resolve(tooComplex("out of time")), deadlineMs);
        watch = setInterval(() => {
          Promise.all([worker.getHeapStatistics(), worker.cpuUsage(before)]).then(
            ([{ external_memory }, { user, system }]) => {
              if (external_memory > bufferBytes) resolve(tooComplex("out of memory for buffers"));
              if (user + system > cpuMs * 1_000) resolve(tooComplex("out of time"));
            },
            () => {}, // one that has ended holds nothing
          );
        }, watchedEveryMs);
        if (isOver) resolve(ended);
        else worker.postMessage(order);
      });
      if ("code" in outcome) throw new AppError(outcome.code, { detail: outcome.detail });
      return outcome.parsed;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      over.abort();
      hear = unheard;
    }
  }

  return {
    read,
    heldBytes: async () => (await worker.getHeapStatistics()).used_heap_size,
    isOver: () => isOver,
    async end() {
      isOver = true;
      await worker.terminate();
    },
  };
}

const tooComplex = (detail: string): Outcome => ({ code: "document.too_complex", detail });
