import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const start = (carryOut: string) =>
  new Worker(
    `import(${JSON.stringify(new URL("./answer-orders.ts", import.meta.url).href)}).then(({ answerOrders }) =>
      answerOrders(require("node:worker_threads").parentPort, ${carryOut}))`,
    { eval: true },
  );

test("a thread stays for the next order, and ends by itself where an order waits for what never comes", async () => {
  const worker = start("async (order) => order === 'never' ? new Promise(() => {}) : order * 2");
  const told: unknown[] = [];
  worker.on("message", (outcome) => told.push(outcome));
  const ended = once(worker, "exit");
  for (const order of [1, 2]) {
    const next = once(worker, "message");
    worker.postMessage(order);
    await next;
  }
  worker.postMessage("never");
  await ended;
  expect(told).toEqual([2, 4]);
});
