import { randomUUID } from "node:crypto";
import { KnowledgeTestId, type KnowledgeTestRunId, type MessageId, RunId } from "@parley/contracts";
import { runs } from "@parley/db/schema";
import { and, eq } from "drizzle-orm";
import { claimRun } from "../assistant/claim-run.ts";
import { type ComposeDeps, composeAnswer } from "../assistant/compose-answer.ts";
import { postReply } from "../conversations/post-reply.ts";
import { createMeter } from "../costs/meter.ts";
import type { Embedder } from "../knowledge/passage.ts";
import { replayTests } from "../knowledge-tests/replay-tests.ts";
import { noticeChange } from "../knowledge-tests/start-run.ts";
import { createLibrary } from "./library.ts";
import type { World } from "./world.ts";
import { writtenBy } from "./written-by.ts";

const limits = { timeoutMs: 20_000, idleTimeoutMs: 20_000 };
const never = new AbortController().signal;

export const returns = "## Returns\n\nYou can send an article back within 30 days of delivery.";
export const shipping = "## Shipping\n\nWe ship to Iceland by boat every Tuesday.";
export const warranty = "## Warranty\n\nThe warranty of every kettle lasts for five years.";
export const handbook = (...parts: string[]) => `# Handbook\n\n${parts.join("\n\n")}\n`;
export const questions = {
  returns: "Within how many days can I send an article back?",
  shipping: "When do you ship to Iceland?",
  warranty: "How long does the warranty of a kettle last?",
};

/** A tenant whose contact asks, whose answers are pinned, and whose tests are asked when the test says so. */
export async function openTestedShop(world: World, embedder: Embedder) {
  const contact = await world.contact();
  const { tenantId, member } = contact;
  const library = createLibrary(world.db, tenantId, embedder);
  const orders: KnowledgeTestRunId[] = [];
  /** What is to be done later, and in how many seconds. */
  const later: [name: string, seconds: number][] = [];
  const jobs = {
    send: async (_tx: unknown, name: string, order: object, { delaySeconds = 0 } = {}) => {
      if (delaySeconds > 0) later.push([name, delaySeconds]);
      if (name === "replayTests") orders.push((order as { runId: KnowledgeTestRunId }).runId);
    },
  };

  const modelsOf: ComposeDeps["modelsOf"] = writtenBy();
  const deps = { db: world.db, embedder, modelsOf, limits, jobs: jobs as never };
  /** As an api of the same installation sees it, by whose models the tests are asked. */
  const apiOf = (...who: Parameters<World["memberContext"]>) => {
    const models = { ...world.models, of: (...of: Parameters<typeof modelsOf>) => deps.modelsOf(...of) };
    return world.apiFor({ ...world.memberContext(...who), embedder, models });
  };
  const api = apiOf(tenantId, member);

  /** Asks, and gets the built-in answer in the conversation. */
  async function ask(text: string): Promise<MessageId> {
    const question = await contact.say(text);
    const [run] = await world.db.read(tenantId, (read) =>
      read
        .select()
        .from(runs)
        .where(and(eq(runs.questionId, question.id), eq(runs.status, "queued"))),
    );
    const claim = await claimRun(world.db, tenantId, RunId.parse(run?.id), 60_000);
    if (!claim) throw new Error("the run is not to be had");
    const meter = createMeter({ db: world.db, tenantId, spentFor: { purpose: "answer" }, countTokens: () => 0 });
    const listener = { signal: never, onWords: () => {}, clock: () => new Date(), meter, onAttempt: () => {} };
    const { spent: _, ...answer } = await composeAnswer(deps, tenantId, { text, history: [] }, listener);
    const { runId, leaseToken } = claim;
    const posted = await world.db.transaction(tenantId, (tx) => postReply(tx, { runId, leaseToken, ...answer }));
    if (posted === "discarded") throw new Error("the reply was discarded");
    return posted.id;
  }
  async function pin(messageId: MessageId) {
    const id = KnowledgeTestId.parse(randomUUID());
    await api.knowledgeTests.pin({ id, messageId });
    return id;
  }
  const replay = (runId: KnowledgeTestRunId, signal = never) => replayTests(deps, { tenantId, runId }, signal);
  /** As a worker does when it hears of a change. */
  const notice = () => noticeChange(deps, tenantId);
  async function noticeAndReplay() {
    await notice();
    for (const runId of orders.splice(0)) await replay(runId);
    return verdicts();
  }
  async function verdicts() {
    const tests = await api.knowledgeTests.list();
    return Object.fromEntries(tests.map(({ question, results }) => [question, results[0]?.verdict]));
  }
  async function pinAll() {
    for (const question of Object.values(questions)) await pin(await ask(question));
  }
  return {
    ...contact,
    api,
    apiOf,
    library,
    deps,
    orders,
    later,
    ask,
    pin,
    pinAll,
    replay,
    notice,
    noticeAndReplay,
    verdicts,
  };
}
