import { passwordLength } from "@parley/contracts";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { normalise } from "./hash-password.ts";

/** The estimator takes ever longer for longer texts; for these a few milliseconds, whatever somebody has thought up for it. */
const estimated = 32;
const estimator = new ZxcvbnFactory({
  dictionary,
  graphs: adjacencyGraphs,
  maxLength: estimated,
  l33tMaxSubstitutions: 10,
});
const ours = ["parley"];
/** What is left of a password without what is known of the person has to have so many characters. */
const leastOwnCharacters = 8;

export type PasswordFault = "PASSWORD_TOO_SHORT" | "PASSWORD_TOO_LONG" | "PASSWORD_TOO_COMMON";

/**
 * The rule for a new password, by NIST SP 800-63B-4: how long it is, and that it is not among those that are tried first. Which
 * characters it has is nobody's business.
 *
 * @param options.known names and addresses that go with the account: the person's, the workspaces'
 * @param options.hasSecondFactor the account has one: then a shorter one will do
 * @returns undefined for one that is good
 */
export function judgePassword(
  password: string,
  { known, hasSecondFactor = false }: { known: readonly string[]; hasSecondFactor?: boolean },
): PasswordFault | undefined {
  const text = normalise(password);
  const length = lengthOf(text);
  if (length < (hasSecondFactor ? passwordLength.minWithSecondFactor : passwordLength.min)) return "PASSWORD_TOO_SHORT";
  if (length > passwordLength.max) return "PASSWORD_TOO_LONG";
  const words = [...ours, ...known].flatMap(partsOf);
  if (ownCharacters(text, words) < leastOwnCharacters) return "PASSWORD_TOO_COMMON";
  // A long one is good when either end is.
  const isGood = [text.slice(0, estimated), text.slice(-estimated)].some(
    (part) => estimator.check(part, words).score > 1,
  );
  return isGood ? undefined : "PASSWORD_TOO_COMMON";
}

/** Whether it is long enough only beside a second factor. */
export const isShort = (password: string): boolean => lengthOf(normalise(password)) < passwordLength.min;

/** As people count them: a character is a code point, whatever bytes it takes. */
const lengthOf = (text: string): number => Array.from(text).length;

/** A name as a whole, and its parts. */
function partsOf(text: string): string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u)]
    .map((part) => normalise(part).toLowerCase())
    .filter((part) => part.length > 2);
}

function ownCharacters(password: string, words: readonly string[]): number {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  return Array.from(longestFirst.reduce((left, word) => left.replaceAll(word, ""), password.toLowerCase())).length;
}
