import { createHash } from "node:crypto";
import type { Outcome } from "./read-outcomes.ts";

/**
 * One of `many` folds for each prompt. The same words lie in the same fold, whatever their case, spacing and punctuation: nothing is
 * learned from a prompt that it is then asked about.
 *
 * @param split each number splits the prompts in another way, the same each time
 */
export function foldsByPrompt(outcomes: readonly Outcome[], many: number, split: number): number[] {
  return outcomes.map(({ prompt }) => {
    const words = prompt.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [prompt];
    return (
      createHash("sha256")
        .update(`${split} ${words.join(" ")}`)
        .digest()
        .readUInt32BE(0) % many
    );
  });
}

/** A fold for each subject of each benchmark. */
export function foldsBySubject(outcomes: readonly Outcome[]): number[] {
  const numbers = new Map<string, number>();
  return outcomes.map((outcome) => {
    const subject = subjectOf(outcome);
    const number = numbers.get(subject) ?? numbers.size;
    numbers.set(subject, number);
    return number;
  });
}

export const subjectOf = ({ benchmark, subject }: Outcome) => JSON.stringify([benchmark, subject]);
