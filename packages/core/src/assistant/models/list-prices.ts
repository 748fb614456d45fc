import { readFileSync } from "node:fs";
import { ModelProviderKind } from "@parley/contracts";
import * as z from "zod";

const dollars = z.number().nonnegative();
const ListPrice = z.strictObject({
  kind: ModelProviderKind.exclude(["openai-compatible"]),
  model: z.string().min(1),
  from: z.iso.date(),
  input: dollars,
  cached: dollars.optional(),
  output: dollars,
  audio: dollars.optional(),
  image: dollars.optional(),
  source: z.url({ protocol: /^https$/ }),
  note: z.string().optional(),
});
/** What a provider asks for a model, in US dollars per million tokens, as its page said on the day `from`. */
export type ListPrice = z.infer<typeof ListPrice>;

const PriceTable = z.strictObject({
  currency: z.literal("USD"),
  perTokens: z.literal(1_000_000),
  prices: z.array(ListPrice),
});

let known: readonly ListPrice[] | undefined;

/** All of them; assets/models/README.md tells what they are. */
export function listPrices(): readonly ListPrice[] {
  const file = new URL("../../../assets/models/prices.json", import.meta.url);
  known ??= PriceTable.parse(JSON.parse(readFileSync(file, "utf8"))).prices;
  return known;
}

/**
 * The price that holds on a day. A version of a model that is named by its date, as `gpt-5-mini-2025-08-07`, costs what the model does.
 *
 * @param day ISO 8601, as `2026-11-26`
 */
export function findListPrice(kind: ModelProviderKind, model: string, day: string): ListPrice | undefined {
  const name = model.replace(/-(?:\d{8}|\d{4}-\d\d-\d\d)$/, "");
  return listPrices()
    .filter((price) => price.kind === kind && price.model === name && price.from <= day)
    .toSorted((one, two) => two.from.localeCompare(one.from))[0];
}
