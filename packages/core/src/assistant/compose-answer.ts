import { type AnswerOutcome, type BudgetStep, defaultAssistantSettings, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import type { CitedSpan, Reply } from "../conversations/post-reply.ts";
import type { Meter } from "../costs/meter.ts";
import type { Spent } from "../costs/spent.ts";
import type { Embedder, Passage } from "../knowledge/passage.ts";
import { searchKnowledge } from "../knowledge/search.ts";
import type { Answerer, Ending, Question } from "./answerer.ts";
import { builtInAnswerer } from "./built-in-answerer.ts";
import { type CitationFilter, createCitationFilter } from "./citation-filter.ts";
import { findSmallTalk } from "./extractive/small-talk.ts";
import { inContext } from "./in-context.ts";
import { instructionsFor } from "./instructions.ts";
import { allowLinks, createLinkFilter, filterLinks } from "./link-filter.ts";
import { withoutMarkers } from "./markers.ts";
import { readSettings } from "./read-settings.ts";
import { createRecitalWatch } from "./recital-watch.ts";
import { wordingFor, wordings } from "./wording.ts";

export type ComposeDeps = {
  db: Database;
  embedder: Embedder;
  answerer: Answerer;
  /** In milliseconds: from the question to the last word, and from one sign of life of a model to the next. */
  limits: { timeoutMs: number; idleTimeoutMs: number };
};

/** What was asked, and what was said before it. */
export type Asked = Pick<Question, "text" | "history">;

/** What is said and stored: a reply without the run that it belongs to; and what it took of models. */
export type Answer = Omit<Reply, "runId" | "leaseToken"> & {
  spent: Spent[];
  /** The conversation goes to the members with it. */
  handsOff: boolean;
};

export type Listener = {
  /** Aborts: nobody wants the answer any more, and its reason is thrown. */
  signal: AbortSignal;
  /** Hears the words that will be in the answer, as they come. */
  onWords: (words: string) => void;
  /** Tells the time of the first words. */
  clock: () => Date;
  /** Knows before each request to a model, and after it what it took. */
  meter: Meter;
};

/** What an answer is written from. */
export const passagesPerAnswer = 6;
/** What one answer may take of a model's words, in UTF-16 code units; one that runs on is cut off. */
const longestAnswer = 16_000;

const unknownUsage: Ending["usage"] = { inputTokens: null, cachedTokens: null, outputTokens: null };

/**
 * The one way from a question to an answer: understand, retrieve, write, check, cite, account. It stores nothing.
 *
 * @throws when the database or the embedder is out of reach, or the signal's reason; a failing model is an answer that says so
 */
export async function composeAnswer(
  deps: ComposeDeps,
  tenantId: TenantId,
  asked: Asked,
  { signal, onWords, clock, meter }: Listener,
): Promise<Answer> {
  const { limits } = deps;
  const courtesy = findSmallTalk(asked.text);
  if (courtesy) {
    const text = wordings[courtesy.language][courtesy.kind];
    return account({ answerer: builtInAnswerer, outcome: "answered", text });
  }

  const inTime = AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]);
  const [settings, passages] = await unlessAborted(
    inTime,
    Promise.all([readSettings(deps.db, tenantId), retrieve(deps, tenantId, asked)]),
  );
  const question: Question = { ...asked, passages, settings };
  if (passages.length === 0) {
    const reason = "no passage was found";
    const { unknown } = await wordingFor(question);
    return account({ answerer: builtInAnswerer, outcome: "unknown", text: unknown, reason });
  }

  const request = deps.answerer.request?.(question);
  const budgetStep = await meter.admit(request ? [request] : []);
  if (budgetStep === "person") {
    const { handedOff } = await wordingFor(question);
    const why = { outcome: "unknown", reason: "the budget is spent" } as const;
    return account({ answerer: builtInAnswerer, ...why, text: handedOff, passages, budgetStep, handsOff: true });
  }
  const answerer = budgetStep === "built_in" ? builtInAnswerer : deps.answerer;
  const screen = screenFor(question);
  let firstWordsAt: Date | null = null;
  const show = (words: string) => {
    if (words !== "") firstWordsAt ??= clock();
    onWords(words);
  };
  const asking = answerer.request && request && (await meter.begin(request));
  const written = await write({ ...deps, answerer }, question, signal, (words) => {
    asking?.hear(words);
    show(screen.push(words));
  });
  asking?.end(written.usage);
  show(screen.end());
  const ending = screen.recites ? ({ ...written, how: "declined", reason: recited } as const) : written;
  const conclusion = await conclude(question, screen, ending);
  const citations = conclusion.supported ? cite(screen.cited, passages, ending) : [];
  const made = { answerer, passages, citations, firstWordsAt, budgetStep };
  return account({ ...made, spent: meter.spent(), ...conclusion });
}

const recited = "the answer recited the instructions";

type Screen = Pick<CitationFilter, "push" | "end" | "text" | "supported" | "cited"> & { recites: boolean };

/** What of an answer gets through: nothing that only the model was told, no citation that does not hold, no link that nobody gave. */
function screenFor({ text, history, passages, settings = defaultAssistantSettings }: Question): Screen {
  const given = passages.flatMap((passage) => [passage.text, passage.title, passage.path, ...passage.headingPath]);
  const said = history.filter(({ author }) => author === "contact").map((turn) => turn.text);
  const recital = createRecitalWatch(instructionsFor(settings), [text, ...said, ...given]);
  const filter = createCitationFilter(passages.map((_, index) => index + 1));
  const mayLead = allowLinks(given, settings.linkHosts);
  const links = createLinkFilter(mayLead);
  return {
    push: (words) => links.push(filter.push(recital.push(words))),
    end: () => links.push(filter.push(recital.end()) + filter.end()) + links.end(),
    get text() {
      return filterLinks(filter.text, mayLead);
    },
    get supported() {
      return filterLinks(filter.supported, mayLead);
    },
    get cited() {
      return filter.cited;
    },
    get recites() {
      return recital.recites;
    },
  };
}

/**
 * What is known about the question, best first. "And how much is it?" is searched as what it means. For whoever reads what was said
 * before, any other question is searched as it stands and together with the one before: it may go on from that in other ways.
 */
async function retrieve(
  { db, embedder, answerer }: ComposeDeps,
  tenantId: TenantId,
  { text, history }: Asked,
): Promise<Passage[]> {
  const limit = passagesPerAnswer;
  const search = (question: string) => searchKnowledge(db, embedder, tenantId, question, { limit });
  const meant = inContext(text, history);
  if (meant !== text) return search(meant);
  const found = await search(text);
  const before = answerer.readsHistory && history.findLast(({ author }) => author === "contact");
  if (!before) return found;
  const together = await search(`${before.text}\n${text}`);
  const taken = new Map(found.slice(0, limit / 2).map((passage) => [passage.chunkId, passage]));
  for (const passage of [...together, ...found]) {
    if (taken.size < limit && !taken.has(passage.chunkId)) taken.set(passage.chunkId, passage);
  }
  return [...taken.values()];
}

/** What can't be stopped is no longer waited for. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Hands the words on as they come. */
async function write(
  { answerer, limits }: ComposeDeps,
  question: Question,
  signal: AbortSignal,
  onWords: (words: string) => void,
): Promise<Ending> {
  await using words = answerer.write(question, { signal, ...limits });
  for (let length = 0; length <= longestAnswer; ) {
    const { value, done } = await words.next();
    signal.throwIfAborted();
    if (done) return value;
    length += value.length;
    onWords(value);
  }
  return { how: "cut_off", reason: "the model did not come to an end", usage: unknownUsage };
}

/** What may be said: words that a citation supports, or an honest word that there are none. */
async function conclude(
  question: Question,
  screen: Screen,
  { how, reason }: Ending,
): Promise<Pick<Content, "outcome" | "text" | "reason"> & { supported: boolean }> {
  const supported = how !== "declined" && /[\p{L}\p{N}]/u.test(withoutMarkers(screen.supported));
  if (supported && how === "complete") return { supported, outcome: "answered", text: screen.text, reason };
  const { unknown, cutOff, failed } = await wordingFor(question);
  switch (how) {
    case "complete":
      return { supported, outcome: "unknown", text: unknown, reason: "the answer cited no passage" };
    case "declined":
      return { supported, outcome: "unknown", text: unknown, reason };
    case "cut_off":
      if (supported) return { supported, outcome: "partial", text: `${screen.supported}\n\n${cutOff}`, reason };
      return { supported, outcome: "failed", text: failed, reason };
  }
}

/** What `[1]`, `[2]` … stand for: the sentences that were quoted, or else the passage. */
function cite(cited: readonly number[], passages: readonly Passage[], ending: Ending): CitedSpan[] {
  return cited.flatMap((passageNumber, index) => {
    const passage = passages[passageNumber - 1];
    if (!passage) return [];
    const { chunkId, documentId, documentVersionId, title, headingPath, verifiedAt } = passage;
    const { start, end } = ending.spans?.get(passageNumber) ?? passage;
    const text = passage.text.slice(start - passage.start, end - passage.start);
    const place = { chunkId, documentId, documentVersionId, title, headingPath, start, end };
    return [{ number: index + 1, ...place, verifiedAt, text }];
  });
}

type Content = {
  answerer: Answerer;
  outcome: AnswerOutcome;
  text: string;
  reason?: string | null;
  passages?: readonly Passage[];
  citations?: CitedSpan[];
  firstWordsAt?: Date | null;
  budgetStep?: BudgetStep | null;
  handsOff?: boolean;
  spent?: Spent[];
};

/** The answer as it is stored, with its receipt. */
export function account(content: Content): Answer {
  const { answerer, outcome, passages = [], citations = [], reason = null, spent = [] } = content;
  return {
    outcome,
    text: content.text.toWellFormed(),
    citations,
    passages: passages.map(({ documentVersionId, chunkId, start, end, score, lexical, cosine }, index) => {
      const place = { documentVersionId, chunkId, startOffset: start, endOffset: end };
      return { number: index + 1, ...place, score, lexical, cosine };
    }),
    receipt: {
      answerer: answerer.answerer,
      model: answerer.model,
      reason,
      budgetStep: content.budgetStep ?? null,
      firstWordsAt: content.firstWordsAt ?? null,
    },
    handsOff: content.handsOff ?? false,
    spent,
  };
}
