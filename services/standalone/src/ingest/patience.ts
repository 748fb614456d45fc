import { setTimeout } from "node:timers/promises";

/** For tests, another one. In milliseconds. */
export type Clock = { now(): number; pause(ms: number): Promise<unknown> };

export const realClock: Clock = { now: () => performance.now(), pause: (ms) => setTimeout(ms) };

/** So long the embedder may fail all documents that are left before the command ends; by then each was tried twice more. */
export const patienceMs = 120_000;
