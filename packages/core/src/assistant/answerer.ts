import type { AssistantSettings } from "@parley/contracts";
import type { Meter, ModelRequest } from "../costs/meter.ts";
import type { TokenCounts } from "../costs/spent.ts";
import type { Passage } from "../knowledge/passage.ts";
import type { Toolbox } from "./tools/toolbox.ts";

/** What was said before, oldest first. */
export type Turn = { author: "contact" | "assistant" | "member"; text: string };

export type Question = {
  text: string;
  history: readonly Turn[];
  /** Best first. The first one is number 1. */
  passages: readonly Passage[];
  /** What the tenant has said of how it wants to be spoken for; nothing when absent. */
  settings?: AssistantSettings | undefined;
  /** What may be asked of the tenant's own server for it; nothing when absent. */
  toolbox?: Toolbox | undefined;
  /** What stands in the place of a citation of what came from there. */
  accountLabel?: string | undefined;
};

/** Counted by the provider; null where it doesn't say. */
export type Usage = TokenCounts;

/** How the words ended. */
export type Ending = {
  /**
   * `declined`: the passages don't hold the answer · `cut_off`: it broke off, perhaps before the first word · `hands_off`: it is complete
   * as far as it goes, and a person is to go on.
   */
  how: "complete" | "declined" | "cut_off" | "hands_off";
  /** Why it broke off, for the receipt and the log. */
  reason: string | null;
  /** The spans that were used of the passages, by number, where they are narrower than the passage. Offsets as the passage's. */
  spans?: ReadonlyMap<number, { start: number; end: number }>;
};

/** How one request of those that a writing takes has ended. */
export type Tried = {
  /** Of its entry in the ledger; null when nothing was sent. */
  id: string | null;
  /** `called_off`: nobody wanted the words any more. */
  how: Ending["how"] | "called_off";
  reason: string | null;
};

export type WriteOptions = {
  /** Stops the writing at once: `write` throws its reason. */
  signal: AbortSignal;
  /** From the question to the last word. */
  timeoutMs: number;
  /** From one sign of life to the next. */
  idleTimeoutMs: number;
  /** Knows before each request to a model, and after it what it took. */
  meter: Pick<Meter, "begin">;
  /** Told of each request when it has ended, also when `write` throws or nobody reads it to its end. */
  onTried: (tried: Tried) => void;
};

/** Who writes an answer from passages: the built-in answerer or a language model. */
export type Answerer = {
  /** For the receipt. */
  answerer: "built-in" | "language-model";
  /** Whose model it is, as the workspace calls them. */
  provider: string | null;
  model: string | null;
  /** Where it is asked: at another address the same name is another model. Undefined: nowhere. */
  server?: string;
  /** It makes something of all that was said before, so passages are searched with that in mind as well. */
  readsHistory: boolean;
  /** What is asked of it, as its meter counts it; undefined: it asks for nothing. */
  request?: (question: Question) => ModelRequest;
  /** Yields the answer's words as they come, citing passages as `[1]`. A failure of the provider is an ending, not an exception. */
  write(question: Question, options: WriteOptions): AsyncGenerator<string, Ending>;
};
