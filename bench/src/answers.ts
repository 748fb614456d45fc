import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createInstallation } from "@parley/standalone/testing/installation";
import { createVisitor } from "@parley/standalone/testing/visitor";
import { percentile } from "./percentile.ts";
import { readTask } from "./read-task.ts";

const watcher = fileURLToPath(new URL("watch-event-loop.mjs", import.meta.url));

/**
 * The whole product over SQuAD's paragraphs, as `npm start` runs it: they are read by the command line, then a visitor asks over the
 * widget's protocol. First words are counted from sending the question to the first `answer.delta` or, when there was none, the reply.
 */
export async function benchAnswers({ questions = 200 } = {}) {
  const task = await readTask(fileURLToPath(new URL("../data/squad.json.gz", import.meta.url)));
  const folder = await mkdtemp(path.join(tmpdir(), "parley-bench-"));
  const eventLoopFile = path.join(folder, "event-loop.json");
  await using installation = await createInstallation({
    NODE_OPTIONS: `--import ${watcher}`,
    // One visitor asks more in a minute than a person could.
    RATE_LIMITS: "off",
    BENCH_EVENT_LOOP_FILE: eventLoopFile,
  });
  try {
    const server = await installation.start();
    const eventLoop = async (): Promise<{ p99Ms: number; maxMs: number }> => {
      await rm(eventLoopFile, { force: true });
      process.kill(server.pid, "SIGWINCH");
      for (;;) {
        await wait(50);
        const text = await readFile(eventLoopFile, "utf8").catch(() => "");
        if (text.endsWith("}")) return JSON.parse(text);
      }
    };

    const documents = path.join(folder, "squad");
    await mkdir(documents);
    await Promise.all(task.docs.map(({ text }, i) => writeFile(path.join(documents, `${i}.txt`), text)));
    await eventLoop();
    const started = performance.now();
    const ingest = installation.parley("ingest", "--tenant", "demo", documents);
    if ((await ingest.exited) !== 0) throw new Error(ingest.output());
    const ingestSeconds = (performance.now() - started) / 1000;
    const whileIngesting = await eventLoop();

    const visitor = await createVisitor({ ...installation, publishableKey: await installation.publishableKey() });
    const socket = await visitor.follow();
    const firstWordsMs: number[] = [];
    const wholeMs: number[] = [];
    for (const { text } of task.queries.slice(0, questions)) {
      const before = socket.messages.length;
      let firstWords: number | undefined;
      const sent = performance.now();
      socket.socket.on("message", function listen(data) {
        if (firstWords !== undefined) return;
        const frame = String(data);
        if (!frame.includes('"answer.delta"') && !frame.includes('"author":"assistant"')) return;
        firstWords = performance.now() - sent;
        socket.socket.off("message", listen);
      });
      await visitor.say(text);
      while (socket.messages.length < before + 2) await wait(2);
      wholeMs.push(performance.now() - sent);
      firstWordsMs.push(firstWords ?? performance.now() - sent);
    }
    const whileAsking = await eventLoop();
    socket.close();
    return {
      paragraphs: task.docs.length,
      ingestSeconds: round(ingestSeconds),
      eventLoopP99MsWhileIngesting: round(whileIngesting.p99Ms),
      questions: firstWordsMs.length,
      firstWordsP50Ms: round(percentile(firstWordsMs, 0.5)),
      firstWordsP95Ms: round(percentile(firstWordsMs, 0.95)),
      wholeAnswerP95Ms: round(percentile(wholeMs, 0.95)),
      eventLoopP99MsWhileAsking: round(whileAsking.p99Ms),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const round = (value: number) => Math.round(value * 10) / 10;
