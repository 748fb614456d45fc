import type { limits } from "@parley/contracts";
import { strings } from "../strings.ts";

// A type, so that the contracts' schemas stay out of the bundle.
const mostCharacters: (typeof limits)["messageLength"] = 4_000;
const countFrom = 3_600;

/** Whether a text can be sent, and what to say about its length. */
export function composerState(text: string): { canSend: boolean; counter: string; isTooLong: boolean } {
  const left = mostCharacters - text.trim().length;
  const isTooLong = left < 0;
  return {
    // Spaces and invisible characters alone say nothing.
    canSend: !isTooLong && /[^\s\p{Cf}\p{Cc}]/u.test(text),
    counter: isTooLong ? strings.tooLong(-left) : text.length >= countFrom ? strings.charactersLeft(left) : "",
    isTooLong,
  };
}
