import {
  type AnswerOutcome,
  type BudgetStep,
  type ContactId,
  httpToolLimits,
  type RouteNote,
  type TenantId,
} from "@parley/contracts";
import type { Database } from "@parley/db";
import type { CitedSpan, Reply } from "../conversations/post-reply.ts";
import type { Attempt } from "../conversations/record-attempts.ts";
import type { Meter, ModelRequest } from "../costs/meter.ts";
import type { Spent } from "../costs/spent.ts";
import type { KnowledgeScope } from "../knowledge/held-changes.ts";
import type { Embedder, Passage } from "../knowledge/passage.ts";
import type { Answerer, Question } from "./answerer.ts";
import { askInTurn, type Draft } from "./ask-in-turn.ts";
import { builtInAnswerer } from "./built-in-answerer.ts";
import { findSmallTalk } from "./extractive/small-talk.ts";
import type { HttpTools } from "./http-tools.ts";
import { countPromptTokens, countTokens } from "./models/count-tokens.ts";
import { writePrompt } from "./models/prompt.ts";
import { readSetup } from "./read-settings.ts";
import { retrieve } from "./retrieve.ts";
import { type Models, route } from "./routing/route.ts";
import type { ToolCall } from "./tools/toolbox.ts";
import { wordingFor, wordings } from "./wording.ts";

export type ComposeDeps = {
  db: Database;
  embedder: Embedder;
  /** Who writes the tenant's answers. */
  modelsOf: (tenantId: TenantId, scope?: KnowledgeScope) => Promise<Models>;
  /** What an answer may ask of the tenant's own server; absent: nothing. */
  toolsOf?: HttpTools["open"];
  /** What is known, what the assistant is told, and who writes: by default, what is in use. */
  scope?: KnowledgeScope;
  /** In milliseconds: from the question to the last word, and from one sign of life of a model to the next. */
  limits: { timeoutMs: number; idleTimeoutMs: number };
};

/** What was asked, and what was said before it. */
export type Asked = Pick<Question, "text" | "history"> & {
  /** Who asks; undefined: nobody whose data may be looked up. */
  contactId?: ContactId | undefined;
};

/** What is said and stored: a reply without the run that it belongs to; and what it took of models. */
export type Answer = Omit<Reply, "runId" | "leaseToken"> & {
  /** The passages with all that is known of them. */
  found: readonly Passage[];
  spent: Spent[];
  /** What the search took; null when there was none. */
  searchMs: number | null;
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
  /** Told of each that was asked, when that has ended. */
  onAttempt: (attempt: Attempt) => void;
  /** Given what is asked of the tenant's own server: the list grows with each call. */
  onToolCalls?: (calls: readonly ToolCall[]) => void;
};

/**
 * The one way from a question to an answer: understand, retrieve, route, write, check, cite, account. It stores nothing.
 *
 * @throws when the database or the embedder is out of reach, or the signal's reason; a failing model is an answer that says so
 */
export async function composeAnswer(
  deps: ComposeDeps,
  tenantId: TenantId,
  asked: Asked,
  listener: Listener,
): Promise<Answer> {
  const { signal, clock, meter } = listener;
  /** Where no model is asked, whichever the tenant has. */
  const byNobody = (content: Omit<Content, "answerer" | "spent">) => {
    meter.addFree(0);
    return account({ ...content, answerer: builtInAnswerer, spent: meter.spent() });
  };
  const courtesy = findSmallTalk(asked.text);
  if (courtesy) return byNobody({ outcome: "answered", text: wordings[courtesy.language][courtesy.kind] });

  const deadline = performance.now() + deps.limits.timeoutMs;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(deps.limits.timeoutMs)]);
  const [{ settings, hasTools, hasBudget }, models] = await unlessAborted(
    inTime,
    Promise.all([readSetup(deps.db, tenantId, deps.scope), deps.modelsOf(tenantId, deps.scope)]),
  );
  const { passages, searchMs } = await unlessAborted(inTime, timed(retrieve(deps, models, tenantId, asked)));
  // Whoever can look nothing up is given nothing.
  const openTools = hasTools && models.tiers.length > 0 ? deps.toolsOf : undefined;
  const toolbox = await openTools?.(tenantId, asked.contactId, passages.length + 1);
  if (toolbox) listener.onToolCalls?.(toolbox.calls);
  const { text, history } = asked;
  const { fromAccount: accountLabel } = toolbox ? await wordingFor({ text, history }) : { fromAccount: "" };
  const question: Question = { text, history, passages, settings, toolbox, accountLabel };
  if (passages.length === 0 && !toolbox) {
    const reason = "no passage was found";
    const { unknown } = await wordingFor(question);
    return byNobody({ outcome: "unknown", text: unknown, reason, searchMs });
  }

  const budgetStep = hasBudget ? await meter.admit(requestsOf(models, question)) : null;
  if (budgetStep === "person") {
    const { handedOff } = await wordingFor(question);
    const why = { outcome: "unknown", reason: "the budget is spent" } as const;
    const said = { ...why, text: handedOff, passages, searchMs, budgetStep };
    return byNobody({ ...said, handsOff: true });
  }
  const { steps, note } = await unlessAborted(inTime, route(models, question, { ...deps, budgetStep }));
  let firstWordsAt: Date | null = null;
  const onWords = (words: string) => {
    if (words !== "") firstWordsAt ??= clock();
    listener.onWords(words);
  };
  const large = models.tiers.at(-1)?.models[0];
  const attempts: Attempt[] = [];
  const onAttempt = (attempt: Attempt) => {
    attempts.push(attempt);
    listener.onAttempt(attempt);
  };
  const timeoutMs = Math.max(1, deadline - performance.now());
  const asking = { ...listener, ...deps.limits, timeoutMs, large, onWords, onAttempt };
  const draft = await askInTurn(steps, question, asking);
  const conclusion = await conclude(question, draft);
  const citations = draft.verdict === "answered" || draft.verdict === "partial" ? cite(draft, passages) : [];
  if (draft.answerer.answerer === "built-in") {
    meter.addFree(large ? costInstead(large, question, conclusion.text) : null);
  } else if (meter.spent().length === 0) {
    meter.addFree(0);
  }
  const { answerer, handsOff } = draft;
  const written = { answerer, passages, searchMs, citations, firstWordsAt, budgetStep, handsOff, ...conclusion };
  const toolCalls = toolbox?.calls ?? [];
  return account({ ...written, route: note, attempts, toolCalls, spent: meter.spent() });
}

async function timed(searching: Promise<Passage[]>): Promise<{ passages: Passage[]; searchMs: number }> {
  const began = performance.now();
  const passages = await searching;
  return { passages, searchMs: Math.round((performance.now() - began) * 10) / 10 };
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

/** What may be said: words that a citation supports, or an honest word that there are none. */
async function conclude(
  question: Question,
  { verdict, reason, screen, handsOff }: Draft,
): Promise<Pick<Content, "outcome" | "text" | "reason">> {
  if (handsOff) {
    const { passedOn } = await wordingFor(question);
    if (verdict === "answered") return { outcome: "answered", text: `${screen.text}\n\n${passedOn}`, reason };
    return { outcome: "unknown", text: passedOn, reason };
  }
  if (verdict === "answered") return { outcome: "answered", text: screen.text, reason };
  const { unknown, cutOff, failed } = await wordingFor(question);
  if (verdict === "partial") return { outcome: "partial", text: `${screen.supported}\n\n${cutOff}`, reason };
  if (verdict === "failed") return { outcome: "failed", text: failed, reason };
  return { outcome: "unknown", text: unknown, reason };
}

/** What `[1]`, `[2]` … stand for: the sentences that were quoted, or else the passage. */
function cite({ screen, spans }: Draft, passages: readonly Passage[]): CitedSpan[] {
  return screen.cited.flatMap((passageNumber, index) => {
    const passage = passages[passageNumber - 1];
    if (!passage) return [];
    const { chunkId, documentId, documentVersionId, title, headingPath, verifiedAt } = passage;
    const { start, end } = spans?.get(passageNumber) ?? passage;
    const text = passage.text.slice(start - passage.start, end - passage.start);
    const place = { chunkId, documentId, documentVersionId, title, headingPath, start, end };
    return [{ number: index + 1, ...place, verifiedAt, text }];
  });
}

const tokensPerResult = httpToolLimits.resultBytes / 4;

/** The requests that the answer may take at most. */
function requestsOf({ tiers }: Models, question: Question): ModelRequest[] {
  const requests = tiers.flatMap((tier) => tier.models[0]?.request?.(question) ?? []);
  return question.toolbox ? requests.flatMap(stepsOf) : requests;
}

/** The requests that one answer may take that looks something up: each with all that came back before it. */
function stepsOf(request: ModelRequest): ModelRequest[] {
  const { inputTokens } = request;
  const steps = Array.from({ length: httpToolLimits.callsPerAnswer + 1 }, (_, step) => step);
  return steps.map((step) => ({ ...request, inputTokens: inputTokens + step * tokensPerResult }));
}

/** What the model would have cost for the same words: about. */
function costInstead(large: Answerer, question: Question, text: string): number | null {
  const costOf = large.request?.(question).costOf;
  if (!costOf || costOf({ inputTokens: 1, cachedTokens: 0, outputTokens: 1 }) === null) return null;
  const inputTokens = countPromptTokens(writePrompt(question));
  return costOf({ inputTokens, cachedTokens: 0, outputTokens: countTokens(text) });
}

type Content = {
  /** Null when nobody came to write. */
  answerer: Answerer | null;
  outcome: AnswerOutcome;
  text: string;
  reason?: string | null;
  passages?: readonly Passage[];
  citations?: CitedSpan[];
  firstWordsAt?: Date | null;
  searchMs?: number;
  budgetStep?: BudgetStep | null;
  handsOff?: boolean;
  route?: RouteNote;
  attempts?: Attempt[];
  toolCalls?: readonly ToolCall[];
  spent?: Spent[];
};

/** The answer as it is stored, with its receipt. */
export function account(content: Content): Answer {
  const { answerer, outcome, passages = [], citations = [], reason = null, attempts = [], spent = [] } = content;
  return {
    outcome,
    text: content.text.toWellFormed(),
    citations,
    passages: passages.map(({ documentVersionId, chunkId, start, end, score, lexical, cosine }, index) => {
      const place = { documentVersionId, chunkId, startOffset: start, endOffset: end };
      return { number: index + 1, ...place, score, lexical, cosine };
    }),
    receipt: {
      answerer: answerer?.answerer ?? null,
      model: answerer?.model ?? null,
      reason,
      budgetStep: content.budgetStep ?? null,
      firstWordsAt: content.firstWordsAt ?? null,
      route: content.route ?? null,
    },
    attempts,
    searchMs: content.searchMs ?? null,
    found: passages,
    toolCalls: content.toolCalls ?? [],
    handsOff: content.handsOff ?? false,
    spent,
  };
}
