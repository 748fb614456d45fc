import { randomUUID } from "node:crypto";
import type { Attempt } from "../conversations/record-attempts.ts";
import type { Meter, ModelRequest } from "../costs/meter.ts";
import type { Answerer, Ending, Question, Tried } from "./answerer.ts";
import { createBreath } from "./breath.ts";
import { withoutMarkers } from "./markers.ts";
import type { Step } from "./routing/route.ts";
import { createScreen, type Screen } from "./screen.ts";
import { isSupported } from "./support.ts";

/** What one of those who were asked has written, and what became of it. */
export type Draft = {
  answerer: Answerer;
  /**
   * `answered`, `partial`: words that a citation supports · `declined`, `uncited`, `unsupported`: it passed no check · `failed`: its
   * provider did, before a word was shown.
   */
  verdict: "answered" | "partial" | "declined" | "uncited" | "unsupported" | "failed";
  reason: string | null;
  /** The words that were let through. */
  screen: Screen;
  /** The model asks for a person to go on. */
  handsOff: boolean;
  /** The visitor has seen some of them. */
  isShown: boolean;
  spans: Ending["spans"];
};

export type Asking = {
  signal: AbortSignal;
  /** For all of them together. */
  timeoutMs: number;
  idleTimeoutMs: number;
  meter: Meter;
  /** By which the saving is measured. */
  large: Answerer | undefined;
  /** Hears words that will be in the answer, whoever else is asked. */
  onWords: (words: string) => void;
  onAttempt: (attempt: Attempt) => void;
};

/** What one answer may take of a model's words, in UTF-16 code units; one that runs on is cut off. */
const longestAnswer = 16_000;
/** As much of them is looked at in one go. */
const longestPiece = 256;
/** Whether words are supported is asked anew once there are so many times as many of them, so that it is not asked all the time. */
const worthAnotherLook = 1.1;

/**
 * Asks one after the other until somebody's answer passes. Where it fails a check, the next level is asked; where a provider fails, the next
 * in line. Nothing of what is rejected is ever shown: as long as somebody better could be asked, words wait until they are supported.
 * After the first shown word nobody else is asked.
 *
 * @throws the signal's reason
 */
export async function askInTurn(steps: readonly Step[], question: Question, asking: Asking): Promise<Draft> {
  const deadline = performance.now() + asking.timeoutMs;
  let rejected: Draft | undefined;
  let rejectedLevel = -1;
  let last: Draft | undefined;
  for (const [index, step] of steps.entries()) {
    const { level, onlyForFailure } = step;
    if (level <= rejectedLevel || (rejected && onlyForFailure)) continue;
    const timeoutMs = Math.floor(deadline - performance.now());
    if (last && timeoutMs <= 0) break;
    const canAskBetter = steps.slice(index + 1).some((other) => other.level > level && !other.onlyForFailure);
    last = await ask(step, question, { ...asking, timeoutMs: Math.max(1, timeoutMs), canAskBetter });
    if (last.isShown || last.handsOff || last.verdict === "answered") return last;
    if (last.verdict === "failed") continue;
    rejected = last;
    rejectedLevel = level;
  }
  // That the passages don't hold it is a better word than that a provider failed.
  const draft = rejected ?? last;
  if (!draft) throw new Error("nobody was there to be asked");
  return draft;
}

async function ask(step: Step, question: Question, asking: Asking & { canAskBetter: boolean }): Promise<Draft> {
  const { level, answerer } = step;
  const { onAttempt } = asking;
  const tried: Tried[] = [];
  const toAttempt = (one: Tried, outcome: Attempt["outcome"], reason = one.reason): Attempt => {
    const who = { level, answerer: answerer.answerer, provider: answerer.provider, model: answerer.model };
    return { id: one.id ?? randomUUID(), ...who, outcome, reason };
  };
  try {
    const draft = await write(step, question, asking, (one) => tried.push(one));
    for (const [index, one] of tried.entries()) {
      const isLast = index === tried.length - 1;
      onAttempt(isLast ? toAttempt(one, draft.verdict, draft.reason) : toAttempt(one, "failed"));
    }
    return draft;
  } catch (error) {
    for (const one of tried) onAttempt(toAttempt(one, one.how === "called_off" ? "called_off" : "failed"));
    throw error;
  }
}

/** Hands the words on as they come, or once it is clear that they stay. */
async function write(
  { level, answerer }: Step,
  question: Question,
  { signal, timeoutMs, idleTimeoutMs, onWords, meter, large, canAskBetter }: Asking & { canAskBetter: boolean },
  onTried: (tried: Tried) => void,
): Promise<Draft> {
  question.toolbox?.begin();
  const screen = createScreen(question);
  const { accountLabel = "" } = question;
  const ownWords = (text: string) => text.replaceAll(accountLabel, "");
  const holds = () =>
    isSupported(ownWords(screen.supported), [
      ...screen.cited.flatMap((number) => question.passages[number - 1] ?? []),
      ...[...(question.toolbox?.results.values() ?? [])].map((text) => ({ title: "", headingPath: [], text })),
    ]);
  let held = "";
  /** Nothing can take its words back any more. */
  let stays = !canAskBetter;
  let isShown = false;
  let hasSupportedWords = false;
  /** How many of the supported words were looked at, for words at all and for whether they hold. */
  let looked = 0;
  let weighed = 0;
  const show = async (words: string, isEnd = false) => {
    held += words;
    const { supported } = screen;
    hasSupportedWords ||= hasWords(ownWords(supported.slice(looked)));
    looked = supported.length;
    if (!hasSupportedWords) return;
    if (!stays && (isEnd || looked > weighed * worthAnotherLook)) {
      weighed = looked;
      stays = await holds();
    }
    if (!stays || held === "") return;
    isShown = true;
    onWords(held);
    held = "";
  };
  const measured = { begin: (request: ModelRequest) => meter.begin(ofTier(request, level, large, question)) };

  const options = { signal, timeoutMs, idleTimeoutMs, meter: measured, onTried };
  await using words = answerer.write(question, options);
  const ending = await readAll(words, signal, async (more) => show(screen.push(more)));
  await show(screen.end(), true);

  const { how, reason, spans } = ending;
  const draft = (verdict: Draft["verdict"], why = reason): Draft => {
    return { answerer, verdict, reason: why, screen, handsOff: how === "hands_off", isShown, spans };
  };
  if (screen.recites) return draft("declined", "the answer recited the instructions");
  if (how === "declined") return draft("declined");
  const isCited = hasWords(ownWords(screen.supported));
  if (how === "hands_off") return draft(isCited && stays ? "answered" : "declined", "the model asked for a person");
  if (how === "cut_off") return draft(isCited && stays ? "partial" : "failed");
  if (!isCited) return draft("uncited", "the answer cited no passage");
  if (!stays) return draft("unsupported", "the cited passages do not hold what was said");
  return draft("answered");
}

const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(withoutMarkers(text));

async function readAll(
  words: AsyncGenerator<string, Ending>,
  signal: AbortSignal,
  onWords: (words: string) => Promise<void>,
): Promise<Ending> {
  const breathe = createBreath();
  for (let left = longestAnswer; left >= 0; ) {
    const { value, done } = await words.next();
    signal.throwIfAborted();
    if (done) return value;
    for (const piece of piecesOf(value.slice(0, left))) {
      await onWords(piece);
      await breathe(piece.length);
      signal.throwIfAborted();
    }
    left -= value.length;
  }
  return { how: "cut_off", reason: "the model did not come to an end" };
}

function* piecesOf(words: string): Generator<string> {
  for (let at = 0; at < words.length; ) {
    // Never between the two halves of a sign.
    const end = at + longestPiece + (/[\ud800-\udbff]/.test(words.charAt(at + longestPiece - 1)) ? 1 : 0);
    yield words.slice(at, end);
    at = end;
  }
}

/** The request with its place among the tenant's models. */
function ofTier(request: ModelRequest, tier: number, large: Answerer | undefined, question: Question): ModelRequest {
  const largeCostOf = large?.request?.(question).costOf;
  return { ...request, tier, ...(largeCostOf && { largeCostOf }) };
}
