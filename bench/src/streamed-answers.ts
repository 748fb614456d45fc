import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startFakeProvider } from "@parley/core/testing/fake-provider";
import type { Database } from "@parley/db";
import { answerQuality, tenants } from "@parley/db/schema";
import { createInstallation } from "@parley/standalone/testing/installation";
import { createVisitor } from "@parley/standalone/testing/visitor";
import { eq } from "drizzle-orm";
import { percentile } from "./percentile.ts";
import { processorMs } from "./process-tree.ts";
import { readTask } from "./read-task.ts";

/** Long enough that two minutes of background work show. */
const idleMs = 10_000;
/** As a model would write it. */
const answer =
  "This is what the first passage says of it [1]. The second one adds a few words to that, from one end to the other, and this is where it ends [2].";

/**
 * What the product adds to a model that streams at a set rate, over SQuAD's paragraphs, as `npm start` runs it: the model is a server
 * of ours that speaks OpenAI's protocol. What it takes itself, and what the search takes, is no overhead; since no word is shown before a
 * citation supports it, a model's first words are there with its first citation. Of the processor, what a whole answer takes, all of the
 * product together, beyond what it takes while nobody asks.
 */
export async function benchStreamedAnswers({ questions = 100, tokensPerSecond = 100 } = {}) {
  const task = await readTask(fileURLToPath(new URL("../data/squad.json.gz", import.meta.url)));
  const folder = await mkdtemp(path.join(tmpdir(), "parley-bench-"));
  await using provider = await startFakeProvider();
  await using installation = await createInstallation({
    RATE_LIMITS: "off",
    OPENAI_BASE_URL: provider.url,
    OPENAI_MODEL: "bench",
    // Each answer tells in it what its search took.
    LOG_LEVEL: "info",
  });
  try {
    let server = await installation.start();
    const documents = path.join(folder, "squad");
    await mkdir(documents);
    await Promise.all(task.docs.map(({ text }, i) => writeFile(path.join(documents, `${i}.txt`), text)));
    const ingest = installation.parley("ingest", "--tenant", "demo", documents);
    if ((await ingest.exited) !== 0) throw new Error(ingest.output());
    // The model writes every answer, however sure the built-in answerer is.
    await server.end();
    await installation.withDatabase(askTheModelAlways);
    server = await installation.start();

    const asked = task.queries.slice(0, questions);
    // Each in a conversation of its own, so that no prompt grows. The first answer loads the AI SDK.
    const place = { ...installation, publishableKey: await installation.publishableKey() };
    const first = await openVisitor(place);
    await first.ask("What is this?");
    const visitors = await Promise.all(asked.map(() => openVisitor(place)));
    await wait(1_000);
    const idleFrom = await processorMs(server.pid);
    await wait(idleMs);
    const idleMsPerSecond = ((await processorMs(server.pid)) - idleFrom) / (idleMs / 1_000);

    provider.requests.length = 0;
    const logged = server.output().length;
    provider.enqueue(...asked.map(() => ({ tokensPerSecond, text: answer })));
    const seen: { sent: number; firstWords: number; whole: number }[] = [];
    const from = { processor: await processorMs(server.pid), at: performance.now() };
    for (const [index, visitor] of visitors.entries()) seen.push(await visitor.ask(asked[index]?.text ?? ""));
    const seconds = (performance.now() - from.at) / 1_000;
    const takenMs = (await processorMs(server.pid)) - from.processor;

    const searches = searchesIn(server.output().slice(logged));
    if (searches.length !== asked.length || provider.requests.length !== asked.length) {
      throw new Error(`${asked.length} questions, ${searches.length} searches, ${provider.requests.length} requests`);
    }
    const overhead = seen.map(({ sent, firstWords, whole }, index) => {
      const { came = 0, cited = 0, last = 0 } = provider.requests[index]?.times ?? {};
      const searchMs = searches[index] ?? 0;
      return {
        firstWords: firstWords - sent - searchMs - (cited - came),
        whole: whole - sent - searchMs - (last - came),
      };
    });
    for (const visitor of [first, ...visitors]) visitor.close();
    const p = (values: readonly number[], share: number) => round(percentile(values, share));
    return {
      questions: asked.length,
      tokensPerSecond,
      firstWordsP50Ms: p(
        seen.map(({ sent, firstWords }) => firstWords - sent),
        0.5,
      ),
      firstWordsP95Ms: p(
        seen.map(({ sent, firstWords }) => firstWords - sent),
        0.95,
      ),
      wholeAnswerP50Ms: p(
        seen.map(({ sent, whole }) => whole - sent),
        0.5,
      ),
      wholeAnswerP95Ms: p(
        seen.map(({ sent, whole }) => whole - sent),
        0.95,
      ),
      searchP95Ms: p(searches, 0.95),
      overheadToFirstWordsP50Ms: p(
        overhead.map(({ firstWords }) => firstWords),
        0.5,
      ),
      overheadToFirstWordsP95Ms: p(
        overhead.map(({ firstWords }) => firstWords),
        0.95,
      ),
      overheadToTheEndP95Ms: p(
        overhead.map(({ whole }) => whole),
        0.95,
      ),
      processorMsPerAnswer: round((takenMs - idleMsPerSecond * seconds) / asked.length),
      processorMsPerSecondIdle: round(idleMsPerSecond),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function askTheModelAlways(db: Database): Promise<void> {
  const [demo] = await db.read("system", (read) =>
    read.select({ id: tenants.tenantId }).from(tenants).where(eq(tenants.slug, "demo")),
  );
  if (!demo) throw new Error("there is no demo workspace");
  await db.transaction(demo.id, (tx) => tx.insert(answerQuality).values({ quality: "best" }));
}

/** A visitor with a conversation, and when what was seen of an answer, by `performance.now()`. */
async function openVisitor(place: Parameters<typeof createVisitor>[0]) {
  const visitor = await createVisitor(place);
  const socket = await visitor.follow();
  return {
    close: socket.close,
    async ask(text: string): Promise<{ sent: number; firstWords: number; whole: number }> {
      const sent = performance.now();
      let firstWords: number | undefined;
      const end = new Promise<number>((resolve) => {
        socket.socket.on("message", (data) => {
          const frame = String(data);
          const isReply = frame.includes('"author":"assistant"');
          if (frame.includes('"answer.delta"') || isReply) firstWords ??= performance.now();
          if (isReply) resolve(performance.now());
        });
      });
      await visitor.say(text);
      const whole = await end;
      return { sent, firstWords: firstWords ?? whole, whole };
    },
  };
}

/** What each search took, as the product's log tells it, in order. */
function searchesIn(log: string): number[] {
  return log.split("\n").flatMap((line) => {
    if (!line.includes('"run finished"')) return [];
    return (JSON.parse(line) as { searchMs: number | null }).searchMs ?? [];
  });
}

const round = (value: number) => Math.round(value * 10) / 10;
