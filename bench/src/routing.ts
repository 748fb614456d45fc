import path from "node:path";
import { parseArgs } from "node:util";
import { estimateCorrectness } from "@parley/core/assistant/routing/estimate-correctness";
import { crossValidate } from "./routing/cross-validate.ts";
import { embedPrompts } from "./routing/embed-prompts.ts";
import { measureRouting } from "./routing/measure-routing.ts";
import { BadOutcomes, readOutcomes } from "./routing/read-outcomes.ts";

// What the trained router saves on a file of outcomes; with --cross-validate, what one saves that was trained on other parts of the file.
const usage = "usage: pnpm bench:routing --data FILE.csv[.gz] [--cross-validate]";
const say = (line: string) => process.stderr.write(`${line}\n`);

function readOptions() {
  try {
    return parseArgs({ options: { data: { type: "string" }, "cross-validate": { type: "boolean", default: false } } })
      .values;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

const options = readOptions();
if (!options?.data) {
  say(usage);
  process.exit(2);
}
try {
  const outcomes = await readOutcomes(path.resolve(process.env.INIT_CWD ?? process.cwd(), options.data));
  const { embedder, embeddings } = await embedPrompts(outcomes, say);
  const scored = outcomes.map(({ prompt, small, large }, i) => {
    const estimate = estimateCorrectness(prompt, embeddings[i] as Float32Array);
    return { small, large, score: estimate.large - estimate.small };
  });
  const figures = {
    ...measureRouting(scored),
    ...(options["cross-validate"] ? { crossValidated: crossValidate(outcomes, embeddings, embedder, say) } : {}),
  };
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} catch (error) {
  if (!(error instanceof BadOutcomes)) throw error;
  say(error.message);
  process.exit(1);
}
