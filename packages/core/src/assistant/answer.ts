import { randomUUID } from "node:crypto";
import type { AnswerOutcome, RunId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { conversations, messages, runs } from "@parley/db/schema";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import { and, asc, desc, eq, isNull, lt, ne, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { stepBack } from "../conversations/hand-off.ts";
import { postReply } from "../conversations/post-reply.ts";
import { type Attempt, recordAttempts } from "../conversations/record-attempts.ts";
import { recordToolCalls, type ToolCallRow } from "../conversations/record-tool-calls.ts";
import { createMeter, type Meter } from "../costs/meter.ts";
import { recordSpending } from "../costs/record-spending.ts";
import { type SpentFor, sumSpent } from "../costs/spent.ts";
import type { Turn } from "./answerer.ts";
import { type Claim, claimRun, handOverRun, putOffRun } from "./claim-run.ts";
import { type Answer, type Asked, account, type ComposeDeps, composeAnswer, type Listener } from "./compose-answer.ts";
import { openDraft } from "./draft.ts";
import { keepLease } from "./keep-lease.ts";
import { countTokens } from "./models/count-tokens.ts";
import type { Takeovers } from "./watch-takeovers.ts";
import { wordingFor, wordings } from "./wording.ts";

export type AnswerDeps = ComposeDeps & {
  eventLog: EventLog;
  takeovers: Takeovers;
  logger: Logger;
  limits: ComposeDeps["limits"] & { leaseMs: number };
};

/** A run that was taken up so often and never finished, because its worker failed or died, is given up. */
const maxAttempts = 3;
/** Messages before the question that are looked at. */
const historyMessages = 12;

/**
 * Answers one message: claim, compose, post. It ends in a stored message that the contact
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
  const spentFor: SpentFor = { purpose: "answer", runId, conversationId, reservationId: randomUUID() };
  const meter = createMeter({ db, tenantId, spentFor, countTokens });
  const asked: Attempt[] = [];
  const onAttempt = (attempt: Attempt) => void asked.push(attempt);
  let toolCalls: readonly ToolCallRow[] = [];
  const onToolCalls = (calls: readonly ToolCallRow[]) => {
    toolCalls = calls;
  };
  let isComposed = false;
  try {
    const {
      spent,
      handsOff,
      searchMs,
      found: _found,
      ...composed
    } = await answerOf({ ...deps, logger }, claim, {
      signal,
      meter,
      onAttempt,
      onToolCalls,
    });
    isComposed = true;
    // Whether it is still wanted, only this transaction can say.
    const posted = await db.transaction(tenantId, async (tx) => {
      const outcome = await postReply(tx, { runId, leaseToken: claim.leaseToken, ...composed });
      if (outcome !== "discarded" && handsOff) await stepBack(tx, conversationId);
      await recordSpending(tx, spentFor, spent);
      return outcome;
    });
    const outcome = posted === "discarded" ? "discarded" : composed.outcome;
    const { firstWordsAt: _, ...receipt } = { ...composed.receipt, ...sumSpent(spent) };
    const measured = { searchMs, passages: composed.passages.length, citations: composed.citations.length };
    const level = outcome === "failed" || outcome === "partial" ? "warn" : "info";
    const durationMs = Math.round(performance.now() - beganAt);
    logger[level]({ outcome, ...receipt, ...measured, durationMs }, "run finished");
    return outcome;
  } catch (error) {
    const goesOn = !takeover.signal.aborted;
    const took = { meter, asked, toolCalls, isComposed, goesOn };
    await recordUnfinished(db, claim, spentFor, took).catch((err) =>
      logger.warn({ err }, "what the run took is left for whoever takes it up"),
    );
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

/** What an answer took that was not posted. */
type Took = {
  meter: Meter;
  asked: readonly Attempt[];
  toolCalls: readonly ToolCallRow[];
  /** It was to be stored, and perhaps was. */
  isComposed: boolean;
  /** The run will be answered: what the large model would have cost for it is entered then. */
  goesOn: boolean;
};

/** What was asked for a reply that is not stored. Had it been stored after all, nothing more is entered. */
async function recordUnfinished(
  db: Database,
  claim: Claim,
  spentFor: SpentFor,
  { meter, asked, toolCalls, isComposed, goesOn }: Took,
): Promise<void> {
  const spent = meter.spent().map((one) => (goesOn ? { ...one, largeCostMicros: 0 } : one));
  await db.transaction(claim.tenantId, async (tx) => {
    const [run] = await tx
      .select({ leaseToken: runs.leaseToken })
      .from(runs)
      .where(eq(runs.id, claim.runId))
      .for("update");
    await recordAttempts(tx, claim.runId, asked);
    // Calls have no id to know them by: a reply that may have been stored after all has ended the lease.
    const isStored = isComposed && run?.leaseToken !== claim.leaseToken;
    if (!isStored) await recordToolCalls(tx, claim.runId, toolCalls);
    await recordSpending(tx, spentFor, spent);
  });
}

/** Says in the event log what it is about to say for good. @param signal aborts: nobody wants the reply any more, and this throws */
async function answerOf(
  deps: AnswerDeps,
  claim: Claim,
  listener: Pick<Listener, "signal" | "meter" | "onAttempt" | "onToolCalls">,
): Promise<Answer> {
  if (claim.attempts > maxAttempts) {
    const reason = `given up after ${maxAttempts} attempts`;
    // Reading the question may be what fails each time.
    const { failed } = await readQuestion(deps.db, claim)
      .then(wordingFor)
      .catch(() => wordings.en);
    listener.meter.addFree(0);
    const spent = listener.meter.spent();
    return account({ answerer: null, outcome: "failed", text: failed, reason, spent });
  }

  const draft = openDraft(deps.eventLog, claim, deps.logger);
  try {
    const asked = await readQuestion(deps.db, claim);
    const { append: onWords } = draft;
    return await composeAnswer(deps, claim.tenantId, asked, { ...listener, onWords, clock: claim.clock });
  } finally {
    draft.close();
  }
}

/** The question, and what was said before it. What the contact asked after it gets an answer of its own. */
async function readQuestion(db: Database, claim: Claim): Promise<Asked> {
  const question = alias(messages, "question");
  const { author, conversationId, outcome, seq, text } = messages;
  const rows = await db.read(claim.tenantId, (read) => {
    const before = read
      .select({ author, text, seq })
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
      .limit(historyMessages)
      .as("before");
    return read
      .select({
        text: question.text,
        contactId: conversations.contactId,
        turn: { author: before.author, text: before.text },
      })
      .from(question)
      .innerJoin(
        conversations,
        and(eq(conversations.tenantId, question.tenantId), eq(conversations.id, question.conversationId)),
      )
      .leftJoinLateral(before, sql`true`)
      .where(eq(question.id, claim.questionId))
      .orderBy(asc(before.seq));
  });
  const [asked] = rows;
  if (!asked) throw new Error("a run has lost its question");
  const isTurn = (turn: (typeof rows)[number]["turn"]): turn is Turn => turn !== null && turn.author !== "system";
  return { text: asked.text, contactId: asked.contactId, history: rows.map(({ turn }) => turn).filter(isTurn) };
}
