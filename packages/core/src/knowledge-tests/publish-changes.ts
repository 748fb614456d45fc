import type { PublishChanges } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { knowledgeTestResults, knowledgeTestRuns, knowledgeTests } from "@parley/db/schema";
import { and, desc, eq, sql } from "drizzle-orm";
import type * as z from "zod";
import { AppError } from "../app-error.ts";
import { discardHeldModels, publishHeldModels } from "../assistant/held-models.ts";
import { discardHeldSettings, publishHeldSettings } from "../assistant/held-settings.ts";
import { type AuditRecord, recordAudit } from "../audit/record-audit.ts";
import { lockCheckMode, readCheckMode } from "../knowledge/held-changes.ts";
import type { KnowledgeJobs } from "../knowledge/jobs.ts";
import { discardHeld, lockHeld, publishHeld } from "../knowledge/publish-held.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay, lockMembers } from "../tenants/acting-member.ts";
import { cancelHeldRuns } from "./cancel-run.ts";
import { leftOut } from "./test-rows.ts";
import { readTestedState, type TestedBy, type TestedState, toFingerprint } from "./tested-state.ts";

type Jobs = Pick<KnowledgeJobs, "send">;
type Check = { id: (typeof knowledgeTestRuns.$inferSelect)["id"]; failed: number };

/**
 * Puts in use all that is held, at once: from the commit on, answers are made from it.
 *
 * @param seen the changes that were looked at
 * @throws AppError `auth.forbidden`, `changes.none`, `changes.moved`; `changes.unchecked` unless it is wanted anyway
 */
export async function publishChanges(
  tx: TenantTransaction,
  jobs: Jobs,
  by: Actor,
  { seen, anyway }: z.infer<typeof PublishChanges>,
  testedBy: TestedBy,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await checkStillMay(tx, by, "assistant.manage");
  await checkStillMay(tx, by, "models.manage");
  const state = await lockChanges(tx, testedBy, seen);
  const check = await findCheck(tx, state);
  const isPassed = check?.failed === 0 || (await tx.$count(knowledgeTests)) === 0;
  if (!isPassed && !anyway) throw new AppError("changes.unchecked");
  await publish(tx, jobs, by, testedBy, check, { anyway: !isPassed });
}

/** Does so by itself, where the tenant wants that and no test fails. Does nothing otherwise. */
export async function publishPassed(tx: TenantTransaction, jobs: Jobs, testedBy: TestedBy): Promise<void> {
  // Most workspaces don't: they wait for nobody here.
  if ((await readCheckMode(tx)) !== "auto") return;
  await lockMembers(tx);
  const { held: seen } = await readTestedState(tx, testedBy, "held");
  const { mode, state } = await lockHeldState(tx, testedBy);
  // What has come since brings us here once more.
  if (mode !== "auto" || !state.held || state.held !== seen) return;
  const check = await findCheck(tx, state);
  if (check ? check.failed > 0 : (await tx.$count(knowledgeTests)) > 0) return;
  await publish(tx, jobs, null, testedBy, check, { anyway: false });
}

/**
 * Forgets all that is held: answers go on as they were.
 *
 * @throws AppError `auth.forbidden`, `changes.none`, `changes.moved`
 */
export async function discardChanges(
  tx: TenantTransaction,
  jobs: Jobs,
  by: Actor,
  seen: string,
  testedBy: TestedBy,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await checkStillMay(tx, by, "assistant.manage");
  await checkStillMay(tx, by, "models.manage");
  await lockChanges(tx, testedBy, seen);
  const { documents } = await discardHeld(tx, jobs);
  const models = await discardHeldModels(tx);
  const settings = await discardHeldSettings(tx);
  await cancelHeldRuns(tx);
  await announce(tx, { type: "tests.changed" });
  await recordAudit(tx, { action: "changes.discarded", ...actorOf(by), details: { documents, models, settings } });
}

async function lockChanges(tx: TenantTransaction, testedBy: TestedBy, seen: string): Promise<TestedState> {
  const { state } = await lockHeldState(tx, testedBy);
  if (!state.held) throw new AppError("changes.none");
  if (state.held !== seen) throw new AppError("changes.moved");
  return state;
}

/**
 * What is held, and nobody holds more to the end of the transaction. The members are locked. A document that came to be held while the
 * others were being locked is not locked itself: only who finds the very changes that were there before may go on.
 */
async function lockHeldState(tx: TenantTransaction, testedBy: TestedBy) {
  await lockHeld(tx);
  const mode = await lockCheckMode(tx, "update");
  return { mode, state: await readTestedState(tx, testedBy, "held") };
}

/** The last run in which all tests were asked with exactly this, and that are all there are by now. */
async function findCheck(tx: TenantTransaction, state: TestedState): Promise<Check | undefined> {
  const { id, fingerprint, status, isHeld, startedAt } = knowledgeTestRuns;
  const failed = sql<number>`(
    select count(*)::integer from ${knowledgeTestResults}
    where ${and(eq(knowledgeTestResults.runId, id), eq(knowledgeTestResults.verdict, "failed"))}
  )`;
  const [check] = await tx
    .select({ id, failed, leftOut: leftOut(tx, id) })
    .from(knowledgeTestRuns)
    .where(and(eq(fingerprint, toFingerprint(state)), eq(status, "finished"), eq(isHeld, true)))
    .orderBy(desc(startedAt))
    .limit(1);
  return check?.leftOut === 0 ? check : undefined;
}

async function publish(
  tx: TenantTransaction,
  jobs: Jobs,
  by: Actor | null,
  testedBy: TestedBy,
  check: Check | undefined,
  { anyway }: { anyway: boolean },
): Promise<void> {
  const { documents, removedDocuments, removedSources } = await publishHeld(tx, jobs);
  const models = await publishHeldModels(tx);
  const settings = await publishHeldSettings(tx, by);
  // What the tests were asked with is in use now: they need not be asked again.
  if (check) {
    const { answerer } = testedBy;
    const fingerprint = toFingerprint(
      await readTestedState(tx, { ...testedBy, answerer: { ...answerer, live: answerer.held } }),
    );
    // As new as that: another run may have been asked since it began, with what was in use until now.
    await tx
      .update(knowledgeTestRuns)
      .set({ isHeld: false, fingerprint, createdAt: sql`now()` })
      .where(eq(knowledgeTestRuns.id, check.id));
  }
  await cancelHeldRuns(tx);
  await announce(tx, { type: "tests.changed" });
  const counts = { documents, removedDocuments: removedDocuments.length, removedSources: removedSources.length };
  const actor = actorOf(by);
  await recordAudit(tx, { action: "changes.published", ...actor, details: { ...counts, models, settings, anyway } });
  for (const id of removedDocuments) {
    await recordAudit(tx, { action: "document.removed", ...actor, target: { kind: "document", id } });
  }
  for (const id of removedSources) {
    await recordAudit(tx, { action: "source.removed", ...actor, target: { kind: "source", id } });
  }
}

const actorOf = (by: Actor | null): Pick<AuditRecord, "actor" | "ip"> => ({
  actor: by ? { kind: "member", id: by.memberId } : { kind: "system", id: null },
  ip: by?.ip ?? null,
});
