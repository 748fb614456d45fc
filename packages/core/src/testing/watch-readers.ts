import type { Worker } from "node:worker_threads";

/** The threads that read files which this process starts from now on, in order, until it is disposed of. */
export function watchReaders(): Disposable & { started: Worker[]; running(): number } {
  const started: Worker[] = [];
  const ended = new Set<Worker>();
  const watch = (worker: Worker) => {
    if (worker.threadName !== "reader") return;
    started.push(worker);
    worker.once("exit", () => ended.add(worker));
  };
  process.on("worker", watch);
  return {
    started,
    running: () => started.length - ended.size,
    [Symbol.dispose]: () => void process.off("worker", watch),
  };
}
