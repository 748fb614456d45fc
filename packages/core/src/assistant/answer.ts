import type { AnswerOutcome, RunId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { messages } from "@parley/db/schema";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import { and, desc, eq, isNull, lt, ne, or } from "drizzle-orm";
import { type CitedSpan, postReply, type Reply } from "../conversations/post-reply.ts";
import type { Embedder, Passage } from "../knowledge/passage.ts";
import { searchKnowledge } from "../knowledge/search.ts";
import type { Answerer, Ending, Question, Turn } from "./answerer.ts";
import { builtInAnswerer } from "./built-in-answerer.ts";
import { type CitationFilter, createCitationFilter } from "./citation-filter.ts";
import { type Claim, claimRun, handOverRun, putOffRun } from "./claim-run.ts";
import { openDraft } from "./draft.ts";
import { findSmallTalk } from "./extractive/small-talk.ts";
import { inContext } from "./in-context.ts";
import { keepLease } from "./keep-lease.ts";
import { withoutMarkers } from "./markers.ts";
import type { Takeovers } from "./watch-takeovers.ts";
import { wording } from "./wording.ts";

export type AnswerDeps = {
  db: Database;
  eventLog: EventLog;
  embedder: Embedder;
  answerer: Answerer;
  takeovers: Takeovers;
  logger: Logger;
  limits: { timeoutMs: number; idleTimeoutMs: number; leaseMs: number };
};

/** A run that was taken up so often and never finished, because its worker failed or died, is given up. */
const maxAttempts = 3;
const passagesPerAnswer = 6;
/** Messages before the question that are looked at. */
const historyMessages = 12;
/** What one answer may take of a model's words, in UTF-16 code units; one that runs on is cut off. */
const longestAnswer = 16_000;

const unknownSpending: Pick<Ending, "usage" | "costMicros"> = {
  usage: { inputTokens: null, cachedTokens: null, outputTokens: null },
  costMicros: null,
};

/**
 * Answers one message: claim, understand, retrieve, write, check, cite, account, post. It ends in a stored message that the contact
 * sees, unless the run is not to be had or no longer ours; then nothing is said. Never two replies to one run.
 *
 * @param stopping this process ends: the run goes to another worker
 * @throws when the database is out of reach: the run is taken up again when its lease has run out
 */
export async function answer(
  deps: AnswerDeps,
  { tenantId, runId }: { tenantId: TenantId; runId: RunId },
  stopping: AbortSignal,
): Promise<AnswerOutcome | "not_due" | "discarded" | "handed_over" | "put_off"> {
  const { db, limits } = deps;
  const claim = await claimRun(db, tenantId, runId, limits.leaseMs);
  if (!claim) return "not_due";

  const { conversationId, attempts } = claim;
  const logger = deps.logger.child({ tenantId, conversationId, runId, attempts });
  const beganAt = performance.now();
  await using lease = keepLease(db, claim, limits.leaseMs, logger);
  using takeover = deps.takeovers.watch(claim);
  const signal = AbortSignal.any([stopping, lease.lost, takeover.signal]);
  try {
    const { reply, ...measured } = await composeReply({ ...deps, logger }, claim, signal);
    // Whether it is still wanted, only this transaction can say.
    const posted = await db.transaction(tenantId, (tx) => postReply(tx, reply));
    const outcome = posted === "discarded" ? "discarded" : reply.outcome;
    const { firstWordsAt: _, ...receipt } = reply.receipt;
    const level = outcome === "failed" || outcome === "partial" ? "warn" : "info";
    const durationMs = Math.round(performance.now() - beganAt);
    logger[level]({ outcome, ...receipt, ...measured, durationMs }, "run finished");
    return outcome;
  } catch (error) {
    if (stopping.aborted) {
      await handOverRun(db, claim);
      logger.info("run handed over");
      return "handed_over";
    }
    if (signal.aborted) {
      logger.info({ reason: (signal.reason as Error).message }, "run discarded");
      return "discarded";
    }
    logger.error({ err: error }, "run failed, to be tried again");
    await putOffRun(db, claim, 1_000 * attempts ** 2);
    return "put_off";
  }
}

type Composed = { reply: Reply; passages: number; citations: number };

/** Says in the event log what it is about to say for good. @param signal aborts: nobody wants the reply any more, and this throws */
async function composeReply(deps: AnswerDeps, claim: Claim, signal: AbortSignal): Promise<Composed> {
  const { answerer } = deps;
  if (claim.attempts > maxAttempts) {
    const reason = `given up after ${maxAttempts} attempts`;
    // Nobody knows what those took of a model.
    const ending: Ending | undefined = answerer.model ? { how: "cut_off", reason, ...unknownSpending } : undefined;
    return account(claim, { answerer, outcome: "failed", text: wording.failed, reason, ending });
  }

  const draft = openDraft(deps.eventLog, claim, deps.logger);
  try {
    const asked = await understand(deps.db, claim);
    const courtesy = findSmallTalk(asked.text);
    if (courtesy) return account(claim, { answerer: builtInAnswerer, outcome: "answered", text: courtesy });

    const inTime = AbortSignal.any([signal, AbortSignal.timeout(deps.limits.timeoutMs)]);
    const passages = await unlessAborted(inTime, retrieve(deps, claim.tenantId, asked));
    if (passages.length === 0) {
      const reason = "no passage was found";
      return account(claim, { answerer: builtInAnswerer, outcome: "unknown", text: wording.unknown, reason });
    }

    const filter = createCitationFilter(passages.map((_, index) => index + 1));
    let firstWordsAt: Date | null = null;
    const show = (words: string) => {
      if (words !== "") firstWordsAt ??= claim.clock();
      draft.append(words);
    };
    const ending = await write(deps, { ...asked, passages }, signal, (words) => show(filter.push(words)));
    show(filter.end());
    const conclusion = conclude(filter, ending);
    const citations = conclusion.supported ? cite(filter.cited, passages, ending) : [];
    return account(claim, { answerer, passages, citations, firstWordsAt, ending, ...conclusion });
  } finally {
    draft.close();
  }
}

/** The question, and what was said before it. What the contact asked after it gets an answer of its own. */
async function understand(db: Database, claim: Claim): Promise<Pick<Question, "text" | "history">> {
  const { author, conversationId, id, outcome, seq, text } = messages;
  const [question] = await db.read(claim.tenantId, (read) =>
    read.select({ seq, text }).from(messages).where(eq(id, claim.questionId)),
  );
  if (!question) throw new Error("a run has lost its question");
  const before = await db.read(claim.tenantId, (read) =>
    read
      .select({ author, text })
      .from(messages)
      .where(
        and(
          eq(conversationId, claim.conversationId),
          or(lt(seq, question.seq), eq(author, "assistant")),
          ne(author, "system"),
          // That something went wrong is of no use to whoever answers.
          or(isNull(outcome), ne(outcome, "failed")),
        ),
      )
      .orderBy(desc(seq))
      .limit(historyMessages),
  );
  const isTurn = (message: (typeof before)[number]): message is Turn => message.author !== "system";
  return { text: question.text, history: before.filter(isTurn).reverse() };
}

/**
 * What is known about the question, best first. "And how much is it?" is searched as what it means. For whoever reads what was said
 * before, any other question is searched as it stands and together with the one before: it may go on from that in other ways.
 */
async function retrieve(
  { db, embedder, answerer }: AnswerDeps,
  tenantId: TenantId,
  { text, history }: Pick<Question, "text" | "history">,
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
  { answerer, limits }: AnswerDeps,
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
  return { how: "cut_off", reason: "the model did not come to an end", ...unknownSpending };
}

/** What may be said: words that a citation supports, or an honest word that there are none. */
function conclude(
  filter: CitationFilter,
  { how, reason }: Ending,
): Pick<Content, "outcome" | "text" | "reason"> & { supported: boolean } {
  const supported = how !== "declined" && /[\p{L}\p{N}]/u.test(withoutMarkers(filter.supported));
  switch (how) {
    case "complete":
      if (supported) return { supported, outcome: "answered", text: filter.text, reason };
      return { supported, outcome: "unknown", text: wording.unknown, reason: "the answer cited no passage" };
    case "declined":
      return { supported, outcome: "unknown", text: wording.unknown, reason };
    case "cut_off":
      if (supported) return { supported, outcome: "partial", text: `${filter.supported}\n\n${wording.cutOff}`, reason };
      return { supported, outcome: "failed", text: wording.failed, reason };
  }
}

/** What `[1]`, `[2]` … stand for: the sentences that were quoted, or else the passage. */
function cite(cited: readonly number[], passages: readonly Passage[], ending: Ending): CitedSpan[] {
  return cited.flatMap((passageNumber, index) => {
    const passage = passages[passageNumber - 1];
    if (!passage) return [];
    const { chunkId, documentId, documentVersionId, title, headingPath } = passage;
    const { start, end } = ending.spans?.get(passageNumber) ?? passage;
    const text = passage.text.slice(start - passage.start, end - passage.start);
    return [{ number: index + 1, chunkId, documentId, documentVersionId, title, headingPath, start, end, text }];
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
  ending?: Ending | undefined;
};

/** The reply as it is stored, with its receipt. Without an ending, nobody was asked to write and nothing was spent. */
function account({ runId, leaseToken }: Claim, content: Content): Composed {
  const { answerer, outcome, passages = [], citations = [], reason = null, ending } = content;
  const usage = ending?.usage ?? { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  const reply: Reply = {
    runId,
    leaseToken,
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
      ...usage,
      costMicros: ending ? ending.costMicros : 0,
      reason,
      firstWordsAt: content.firstWordsAt ?? null,
    },
  };
  return { reply, passages: passages.length, citations: citations.length };
}
