import type { ListedModel } from "./use-models.ts";

const dollars = (value: number) => `$${value.toLocaleString("en", { maximumFractionDigits: 6 })}`;

/** What a model costs, per million tokens. One that nobody knows the price of is not for nothing. */
export function formatPrice(price: ListedModel["price"]): string {
  if (!price) return "Price unknown";
  const cached = price.cached === null ? "" : `, ${dollars(price.cached)} cached`;
  return `${dollars(price.input)} in${cached}, ${dollars(price.output)} out per million tokens`;
}

/** Where the price is from, and since when it is known to hold. */
export function describeSource(price: NonNullable<ListedModel["price"]>): string {
  const from = price.source === null ? `Your own, from ${price.from} on` : `As listed on ${price.from}`;
  return price.note ? `${from}, ${price.note}` : from;
}
