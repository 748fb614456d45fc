import type { AssistantSettings } from "@parley/contracts";
import type { ModelRequest } from "../costs/meter.ts";
import type { TokenCounts } from "../costs/spent.ts";
import type { Passage } from "../knowledge/passage.ts";

/** What was said before, oldest first. */
export type Turn = { author: "contact" | "assistant" | "member"; text: string };

export type Question = {
  text: string;
  history: readonly Turn[];
  /** Best first. The first one is number 1. */
  passages: readonly Passage[];
  /** What the tenant has said of how it wants to be spoken for; nothing when absent. */
  settings?: AssistantSettings | undefined;
};

/** Counted by the provider; null where it doesn't say. */
export type Usage = TokenCounts;

/** How the words ended, and what they took. */
export type Ending = {
  /**
   * `declined`: the passages don't hold the answer · `cut_off`: it broke off, perhaps before the first word.
   */
  how: "complete" | "declined" | "cut_off";
  /** Why it broke off, for the receipt and the log. */
  reason: string | null;
  usage: Usage;
  /** The spans that were used of the passages, by number, where they are narrower than the passage. Offsets as the passage's. */
  spans?: ReadonlyMap<number, { start: number; end: number }>;
};

export type WriteOptions = {
  /** Stops the writing at once: `write` throws its reason. */
  signal: AbortSignal;
  /** From the question to the last word. */
  timeoutMs: number;
  /** From one sign of life to the next. */
  idleTimeoutMs: number;
};

/** Who writes an answer from passages: the built-in answerer or a language model. */
export type Answerer = {
  /** For the receipt. */
  answerer: string;
  model: string | null;
  /** What is asked of it, as its meter counts it; undefined: it asks for nothing. */
  request?: (question: Question) => ModelRequest;
  /** It makes something of all that was said before, so passages are searched with that in mind as well. */
  readsHistory: boolean;
  /** Yields the answer's words as they come, citing passages as `[1]`. A failure of the provider is an ending, not an exception. */
  write(question: Question, options: WriteOptions): AsyncGenerator<string, Ending>;
};
