import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatWeights } from "@parley/core/assistant/routing/weights-file";
import { embedPrompts } from "./embed-prompts.ts";
import { fit, prepare } from "./fit.ts";
import { BadOutcomes, readOutcomes } from "./read-outcomes.ts";

// `pnpm train:routing` trains the router anew on bench/data/routing.csv.gz and writes the weights that come with the product.
const here = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const from = (file: string) => path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
const say = (line: string) => process.stderr.write(`${line}\n`);

const { values } = parseArgs({ options: { data: { type: "string" }, out: { type: "string" } } });
try {
  const outcomes = await readOutcomes(values.data ? from(values.data) : here("bench/data/routing.csv.gz"));
  const { embedder, embeddings } = await embedPrompts(outcomes, say);
  const model = fit(prepare(outcomes, embeddings));
  const out = values.out ? from(values.out) : here("packages/core/assets/routing/weights.json");
  await writeFile(out, formatWeights({ ...model, embedder }));
  say(`${out}: trained on ${outcomes.length} prompts`);
} catch (error) {
  if (!(error instanceof BadOutcomes)) throw error;
  say(error.message);
  process.exit(1);
}
