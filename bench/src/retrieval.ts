import path from "node:path";
import { parseArgs } from "node:util";
import { benchRetrieval } from "./bench-retrieval.ts";
import { readTask } from "./read-task.ts";

const { values } = parseArgs({ options: { task: { type: "string" } } });
if (!values.task) {
  process.stderr.write("usage: pnpm bench:retrieval --task FILE.json[.gz]\n");
  process.exit(2);
}
const measured = await benchRetrieval(
  await readTask(path.resolve(process.env.INIT_CWD ?? process.cwd(), values.task)),
  {
    databaseUrl: process.env.DATABASE_URL_FOR_BENCH,
    say: (line) => process.stderr.write(`${line}\n`),
  },
);
process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
