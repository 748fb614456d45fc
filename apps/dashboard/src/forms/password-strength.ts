import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";

/** How hard a password is to guess: 0 for at once, 4 for centuries; and what makes it easy, if it is. */
export type PasswordStrength = { score: 0 | 1 | 2 | 3 | 4; weakness: string | undefined };

const weaknesses: Record<string, string> = {
  straightRow: "Keys in a row are guessed early.",
  keyPattern: "Patterns on the keyboard are guessed early.",
  simpleRepeat: "Repeated letters add little.",
  extendedRepeat: "Repeated words add little.",
  sequences: "Sequences such as abc or 6543 are guessed early.",
  recentYears: "Years are guessed early.",
  dates: "Dates are guessed early.",
  topTen: "It is one of the most used passwords.",
  topHundred: "It is one of the most used passwords.",
  common: "It is a much used password.",
  similarToCommon: "It is close to a much used password.",
  userInputs: "It is made of names that are easy to know: yours, your workspace's or ours.",
};

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: 128 });

/** As the server takes it, which refuses what is made of it. */
const ours = ["Parley"];
/** What is left of a password without what is known of the person has to be at least so long to count. */
const leastOwnCharacters = 8;

/**
 * Takes a few milliseconds. With its dictionary it is large: to be loaded when somebody chooses a password.
 *
 * @param personal what is easy to guess for this person: name, e-mail address, name of the workspace
 */
export function estimatePasswordStrength(password: string, personal: readonly string[]): PasswordStrength {
  const parts = [...ours, ...personal].flatMap(partsOf);
  const { score, feedback } = estimator.check(password, parts);
  // The estimator takes many known words in a row for strong, however well they are known.
  if (ownCharacters(password, parts) < leastOwnCharacters) {
    return { score: score === 0 ? 0 : 1, weakness: weaknesses.userInputs };
  }
  return { score, weakness: feedback.warning ? weaknesses[feedback.warning] : undefined };
}

function partsOf(text: string): string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u)].map((part) => part.toLowerCase()).filter((part) => part.length > 2);
}

function ownCharacters(password: string, parts: readonly string[]): number {
  const longestFirst = [...parts].sort((a, b) => b.length - a.length);
  const rest = longestFirst.reduce((left, part) => left.replaceAll(part, ""), password.toLowerCase());
  return [...rest].length;
}
