import { AppError } from "../../app-error.ts";
import type { KeptReader } from "./keep-reader.ts";
import type { Order, ParsedKind } from "./parse-worker.ts";
import type { Parsed } from "./parsed.ts";
import { type ReadOptions, startReader } from "./start-reader.ts";

/** Files that wait for their turn; each is held in memory. */
const mostWaiting = 16;
/** A larger page takes so long that the start of a thread matters little. */
const smallPageBytes = 256 * 1024;

export type ParseOptions = ReadOptions & {
  /** Reads the file if it is a small page of HTML; only pages of one site, in one job, may share one. */
  reader?: KeptReader;
};

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Parses a file in a thread of its own, which ends with it, a small page in the one that is kept for it: whatever the file does to its
 * parser, this process goes on, after 10 seconds of a processor at most, a minute by the clock, and in 512 MB. One file at a time, in
 * the order in which they came.
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

async function run(order: Order, { reader: kept, ...options }: ParseOptions): Promise<Parsed> {
  options.signal?.throwIfAborted();
  if (kept && order.kind === "html" && order.bytes.byteLength <= smallPageBytes) return kept.read(order, options);
  const reader = startReader();
  try {
    return await reader.read(order, options);
  } finally {
    await reader.end();
  }
}
