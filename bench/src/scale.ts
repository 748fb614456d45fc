import { parseArgs } from "node:util";
import { benchScale } from "./scale/bench-scale.ts";

// `pnpm bench:scale`: what a search costs in a full installation, and what a large tenant's index misses. Real PostgreSQL; the database is
// made for it and dropped afterwards.

const { values } = parseArgs({
  options: {
    tenants: { type: "string", default: "1000" },
    chunks: { type: "string", default: "200000" },
    large: { type: "string", default: "100000" },
    questions: { type: "string", default: "200" },
  },
});
const sizes = {
  tenants: Number(values.tenants),
  chunks: Number(values.chunks),
  large: Number(values.large),
  questions: Number(values.questions),
};
if (Object.values(sizes).some((size) => !Number.isSafeInteger(size) || size < 1) || sizes.large >= sizes.chunks) {
  process.stderr.write(
    "usage: pnpm bench:scale [--tenants N] [--chunks N] [--large N] [--questions N]; large is one of the tenants'\n",
  );
  process.exit(2);
}
const measured = await benchScale(sizes, (line) => process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
