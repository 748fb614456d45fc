/** What can be told of a question without a model, in this order; see `questionFeatures`. */
export const questionFeatureCount = 35;

/**
 * How a question is put: its length, digits and signs, the options that it offers, how it asks. Neither scaled nor centred; the trained
 * weights bring the scale along. Time grows with the length of the text alone.
 *
 * @returns `questionFeatureCount` finite numbers, also of an empty question
 */
export function questionFeatures(question: string): number[] {
  const options = [...question.matchAll(/^[A-J]\. (.*)$/gm)].map(([, option]) => option ?? "");
  const stem = options.length > 0 ? (question.split(/^A\. /m, 1)[0] ?? "") : question;
  const words = stem.match(/[a-z']+/gi) ?? [];
  const optionLengths = options.map(({ length }) => length);
  return [
    ...sizes(question, stem, words),
    ...signs(question, stem),
    ...offered(question, options, optionLengths),
    ...asked(stem),
  ];
}

const sizes = (question: string, stem: string, words: readonly string[]) => [
  Math.log1p(stem.length),
  Math.log1p(words.length),
  Math.log1p(question.length),
  mean(words.map(({ length }) => length)),
  new Set(words.map((word) => word.toLowerCase())).size / Math.max(1, words.length),
  count(stem, /\n/g),
  count(stem, /[.!?](?=\s|$)/g),
];

const signs = (question: string, stem: string) => [
  share(stem, /\d/g),
  share(question, /\d/g),
  Math.log1p(count(stem, /\d+/g)),
  share(question, /[=+*/^<>\\${}()[\]]/g),
  Math.log1p(count(question, /[=+*/^<>\\${}]/g)),
  share(stem, /[A-Z]/g),
  share(stem, /,/g),
  count(stem, /%/g),
  count(stem, /\$/g),
  test(question, /\P{ASCII}/u),
];

const offered = (question: string, options: readonly string[], lengths: readonly number[]) => [
  Number(options.length > 0),
  options.length,
  mean(lengths),
  Math.log1p(mean(lengths)),
  deviation(lengths),
  mean(options.map((option) => test(option, /\d/))),
  test(question, /all of the above|none of the above|both/i),
];

const asked = (stem: string) => [
  test(stem, /\?/),
  test(stem, /\?\s*$/),
  test(stem, /__/),
  test(stem, /\b(NOT|EXCEPT|except|least)\b/),
  test(stem, /following/),
  test(stem, /\bStatement 1\b|\bI+\b/),
  test(stem, /how (many|much)/i),
  test(stem, /\b(if|suppose|assume)\b/i),
  test(stem, /^\s*(what|who|where|when)/i),
  test(stem, /^\s*(why|how)/i),
  test(stem, /^\s*which/i),
];

const test = (text: string, pattern: RegExp) => Number(pattern.test(text));
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
const share = (text: string, pattern: RegExp) => count(text, pattern) / Math.max(1, text.length);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
