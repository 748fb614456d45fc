import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Answer, composeAnswer } from "@parley/core/assistant/compose-answer";
import { countTokens } from "@parley/core/assistant/models/count-tokens";
import { findListPrice } from "@parley/core/assistant/models/list-prices";
import { createModel } from "@parley/core/assistant/models/model";
import type { Models } from "@parley/core/assistant/routing/route";
import { createMeter } from "@parley/core/costs/meter";
import { type FakeProvider, startFakeProvider } from "@parley/core/testing/fake-provider";
import { type RetrievalTask, readTask } from "./read-task.ts";
import { openRetrievalLibrary, type RetrievalLibrary } from "./retrieval-library.ts";

// `./pnpm bench:saving`: what the tiers save on support questions, against always asking the large model.
const { values } = parseArgs({
  options: {
    small: { type: "string", default: "gpt-5.6-luna" },
    large: { type: "string", default: "gpt-5.5" },
    questions: { type: "string", default: "Infinity" },
    documents: { type: "string", default: "Infinity" },
  },
});
const data = (file: string) => fileURLToPath(new URL(`../data/${file}`, import.meta.url));
const qualities = ["economical", "balanced"] as const;

await using provider = await startFakeProvider();
const tiers = [values.small, values.large].map((name, index) => ({
  level: index + 1,
  models: [modelOf(provider, name)],
}));
const results: Record<string, object> = {};
for (const [name, file] of [
  ["squad", "squad.json.gz"],
  ["stackfaq", "stackfaq.json"],
] as const) {
  const task = cut(await readTask(data(file)));
  await using library = await openRetrievalLibrary(process.env.DATABASE_URL_FOR_BENCH);
  await library.ingest(task.docs);
  for (const quality of qualities) {
    process.stderr.write(`${name}, ${quality} …\n`);
    results[`${name}, ${quality}`] = await measure(library, task, { quality, tiers });
  }
}
const models = { small: values.small, large: values.large, largeModelsQuality: "not measured" };
process.stdout.write(`${JSON.stringify({ models, ...results }, null, 2)}\n`);

/** It quotes its passages, and counts no tokens: the product counts them. */
function modelOf({ url }: FakeProvider, name: string) {
  const prices = findListPrice("openai", name, new Date().toISOString().slice(0, 10));
  if (!prices) throw new Error(`The price table has no ${name} of OpenAI's.`);
  return createModel({ baseUrl: url, model: name, prices });
}

/** The first documents, and the first questions that these answer. */
function cut(task: RetrievalTask): RetrievalTask {
  const docs = task.docs.slice(0, Number(values.documents));
  const queries = task.queries.filter(({ gold }) => gold.some((index) => index < docs.length));
  return { ...task, docs, queries: queries.slice(0, Number(values.questions)) };
}

async function measure(library: RetrievalLibrary, { queries }: RetrievalTask, models: Models) {
  const { db, embedder, tenantId } = library;
  const deps = { db, embedder, modelsOf: async () => models, limits: { timeoutMs: 60_000, idleTimeoutMs: 60_000 } };
  const { signal } = new AbortController();
  const answers: { answer: Answer; holds: boolean | null; isRightPlace: boolean }[] = [];
  for (const { text, gold, answers: right } of queries) {
    provider.forget();
    provider.enqueue({ usage: false }, { usage: false });
    const meter = createMeter({ db, tenantId, spentFor: { purpose: "playground" }, countTokens });
    const listener = { signal, meter, onWords: () => {}, clock: () => new Date(), onAttempt: () => {} };
    const answer = await composeAnswer(deps, tenantId, { text, history: [] }, listener);
    const said = plain(answer.text);
    answers.push({
      answer,
      holds: right ? right.some((one) => said.includes(plain(one))) : null,
      isRightPlace: answer.citations.some(({ documentId }) => gold.includes(library.indexOf(documentId))),
    });
  }
  const sum = (of: "costMicros" | "largeCostMicros") =>
    answers.reduce((total, { answer }) => total + answer.spent.reduce((part, one) => part + (one[of] ?? 0), 0), 0);
  const by = (model: string | null) =>
    answers.filter(({ answer }) => answer.outcome === "answered" && answer.receipt.model === model);
  const builtIn = by(null);
  const known = builtIn.flatMap(({ holds }) => holds ?? []);
  return {
    questions: answers.length,
    answeredByBuiltIn: share(builtIn.length, answers.length),
    answeredBySmall: share(by(values.small).length, answers.length),
    answeredByLarge: share(by(values.large).length, answers.length),
    "answer@1 of the built-in tier": known.length > 0 ? share(known.filter(Boolean).length, known.length) : null,
    builtInCitesTheRightDocument: share(builtIn.filter(({ isRightPlace }) => isRightPlace).length, builtIn.length),
    dollarsPerThousand: round(sum("costMicros") / answers.length / 1_000),
    dollarsPerThousandByLarge: round(sum("largeCostMicros") / answers.length / 1_000),
    saving: share(sum("largeCostMicros") - sum("costMicros"), sum("largeCostMicros")),
  };
}

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim();
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : round(part / whole);
}
