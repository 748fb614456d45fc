import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { benchAnswers } from "./answers.ts";
import { benchRetrieval } from "./bench-retrieval.ts";
import { benchFirstStart } from "./first-start.ts";
import { benchMemory } from "./memory.ts";
import { type RetrievalTask, readTask } from "./read-task.ts";
import { benchStreamedAnswers } from "./streamed-answers.ts";

// `pnpm test:benchmark`: the figures of docs/benchmarks.md, as they come out here. Names after the command choose some of them.
const data = (file: string) => fileURLToPath(new URL(`../data/${file}`, import.meta.url));
const retrieval = async (file: string, prepare = (task: RetrievalTask) => task) =>
  benchRetrieval(prepare(await readTask(data(file))), {
    databaseUrl: process.env.DATABASE_URL_FOR_BENCH,
    say: (line) => process.stderr.write(`${line}\n`),
  });
/** Of questions with their answers, the answers: each document without its first line. */
const answersOnly = (task: RetrievalTask) => ({
  ...task,
  docs: task.docs.map((doc) => ({ ...doc, text: doc.text.slice(doc.text.indexOf("\n") + 1) })),
});
const benchmarks: Record<string, () => Promise<object>> = {
  start: () => benchFirstStart(),
  memory: () => benchMemory(),
  answers: () => benchAnswers(),
  streamed: () => benchStreamedAnswers(),
  squad: () => retrieval("squad.json.gz"),
  stackfaq: () => retrieval("stackfaq.json"),
  answersOnly: () => retrieval("stackfaq.json", answersOnly),
};

const chosen = process.argv.slice(2);
const results: Record<string, object> = {
  machine: {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  },
};
for (const [name, bench] of Object.entries(benchmarks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  results[name] = await bench();
}
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
