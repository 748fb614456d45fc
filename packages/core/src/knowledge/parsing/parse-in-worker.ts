import { Worker } from "node:worker_threads";
import { AppError } from "../../app-error.ts";
import type { Order, Outcome, ParsedKind, Told } from "./parse-worker.ts";
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
/** Files that wait for their turn; each is held in memory. */
const mostWaiting = 16;

export type ParseOptions = {
  /** Ends it, at once. */
  signal?: AbortSignal;
  /** Is told now and then how far it is, of a file that has pages. */
  onPages?: (pages: PageProgress) => void;
};

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Parses a file in a thread of its own, which ends with it: whatever the file does to its parser, this process goes on, after 10
 * seconds of a processor at most, a minute by the clock, and in 512 MB. One file at a time, in the order in which they came.
 *
 * @throws AppError what the reader refuses it for; `document.too_complex` when it takes too long or too much;
 *   `service.busy` when too many wait. The signal's reason
 */
export async function parseInWorker(kind: ParsedKind, bytes: Uint8Array, options: ParseOptions = {}): Promise<Parsed> {
  options.signal?.throwIfAborted();
  if (waiting >= mostWaiting) throw new AppError("service.busy");
  waiting += 1;
  const turn = last.then(() => run({ kind, bytes }, options));
  // For the order alone; whoever asked gets the error.
  last = turn
    .catch(() => {})
    .finally(() => {
      waiting -= 1;
    });
  return await orAborted(turn, options.signal);
}

/** Who waits for a turn waits no longer than it is wanted; the turn itself ends as soon as it comes. */
async function orAborted<T>(turn: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { signal: over.signal });
  });
  try {
    return await Promise.race([turn, aborted]);
  } finally {
    over.abort();
  }
}

async function run(order: Order, { signal, onPages }: ParseOptions): Promise<Parsed> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL("./parse-worker.ts", import.meta.url), {
    name: "reader",
    workerData: order,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  let timer: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
  const over = new AbortController();
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { signal: over.signal });
      const tooComplex = (detail: string) => resolve({ code: "document.too_complex", detail });
      worker.on("message", (told: Told) => ("pages" in told ? onPages?.(told.pages) : resolve(told)));
      worker.once("error", (error) => {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "ERR_WORKER_OUT_OF_MEMORY") tooComplex("out of memory");
        else resolve({ code: "document.broken", detail: String(error) });
      });
      worker.once("exit", () => resolve({ code: "document.broken", detail: "the reader ended without a word" }));
      timer = setTimeout(() => tooComplex("out of time"), deadlineMs);
      watch = setInterval(() => {
        Promise.all([worker.getHeapStatistics(), worker.cpuUsage()]).then(
          ([{ external_memory }, { user, system }]) => {
            if (external_memory > bufferBytes) tooComplex("out of memory for buffers");
            if (user + system > cpuMs * 1_000) tooComplex("out of time");
          },
          () => {}, // one that has ended holds nothing
        );
      }, watchedEveryMs);
    });
    if ("code" in outcome) throw new AppError(outcome.code, { detail: outcome.detail });
    return outcome.parsed;
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    over.abort();
    await worker.terminate();
  }
}
