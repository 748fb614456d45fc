import type { MessagePort } from "node:worker_threads";

/**
 * Carries out each order that comes to a thread, and tells what came of it. The thread stays for the next one; who waits for something that
 * never comes while an order is carried out ends, as a file that can't be read to its end.
 */
export function answerOrders<Order>(port: MessagePort, carryOut: (order: Order) => Promise<unknown>): void {
  async function answer(order: Order): Promise<void> {
    port.unref();
    const outcome = await carryOut(order);
    port.ref();
    port.postMessage(outcome);
  }
  port.on("message", (order: Order) => void answer(order));
}
