import type { AnswerSoFar, Conversation, EventOf, Message, RunId } from "@parley/contracts";

/** Longest answer that is kept, in UTF-16 code units: whoever subscribes in mid-answer of a longer one waits for its message. */
const longestAnswer = 32 * 1024;
/** Without a word for so long, nobody is writing it any more. */
const abandonedAfterMs = 2 * 60_000;
/** Finished runs that are remembered, against their late words. */
const rememberedRuns = 8;

/**
 * The answer that is being written in one conversation, as far as it has come: it is nowhere else. Late words, of a run that is
 * finished or of an owner who no longer has the conversation, are told apart here.
 */
export class AnswerInTheMaking {
  #ownershipEpoch = 0;
  #finished: RunId[] = [];
  #answer: AnswerSoFar | undefined;
  #touchedAt = 0;

  get answer(): AnswerSoFar | undefined {
    return Date.now() - this.#touchedAt > abandonedAfterMs ? undefined : this.#answer;
  }

  /** Whether it knows anything that the database could not tell. */
  get isEmpty(): boolean {
    return !this.#answer && this.#finished.length === 0;
  }

  /** Whether the words follow on what is known, and may be passed on. */
  add(event: EventOf<"run.started" | "answer.delta">): boolean {
    const { runId, ownershipEpoch } = event;
    if (ownershipEpoch < this.#ownershipEpoch || this.#finished.includes(runId)) return false;
    this.#raise(ownershipEpoch);

    const known = this.#answer?.runId === runId ? this.#answer : undefined;
    if (event.type === "run.started") {
      if (known) return false;
      this.#set({ runId, ownershipEpoch, text: "" });
      return true;
    }
    if (event.offset !== 0 && event.offset !== known?.text.length) return false;
    const text = event.offset === 0 ? event.text : `${known?.text}${event.text}`;
    if (text.length > longestAnswer) {
      this.#set(undefined);
      return false;
    }
    this.#set({ runId, ownershipEpoch, text });
    return true;
  }

  /** Takes note of what is certain: who owns the conversation, and which runs have had their say. */
  learn(conversation: Conversation, messages: readonly Message[]): void {
    this.#raise(conversation.ownershipEpoch);
    for (const { runId } of messages) {
      if (!runId || this.#finished.includes(runId)) continue;
      this.#finished = [...this.#finished, runId].slice(-rememberedRuns);
      if (this.#answer?.runId === runId) this.#set(undefined);
    }
  }

  #raise(ownershipEpoch: number): void {
    if (ownershipEpoch <= this.#ownershipEpoch) return;
    this.#ownershipEpoch = ownershipEpoch;
    if (this.#answer) this.#set(undefined);
  }

  #set(answer: AnswerSoFar | undefined): void {
    this.#answer = answer;
    this.#touchedAt = Date.now();
  }
}
