import type { ListedModel } from "./use-models.ts";

const dollars = (value: number) => `$${value.toLocaleString("en", { maximumFractionDigits: 6 })}`;

type Amounts = Pick<NonNullable<ListedModel["price"]>, "input" | "cached" | "output" | "audio" | "image">;

/** Each that is known, with what it is for. */
export function formatAmounts({ input, cached, output, audio, image }: Amounts): string {
  const told = { in: input, cached, out: output, audio, pictures: image };
  return Object.entries(told)
    .flatMap(([what, amount]) => (amount === null ? [] : `${dollars(amount)} ${what}`))
    .join(", ");
}

/** What a model costs, per million tokens. One that nobody knows the price of is not for nothing. */
export function formatPrice(price: ListedModel["price"]): string {
  if (!price) return "Price unknown";
  return `${formatAmounts(price)} per million tokens`;
}

/** Where the price is from, and since when it is known to hold. */
export function describeSource(price: NonNullable<ListedModel["price"]>): string {
  const from = price.source === null ? `Your own, from ${price.from} on` : `As listed on ${price.from}`;
  return price.note ? `${from}, ${price.note}` : from;
}
