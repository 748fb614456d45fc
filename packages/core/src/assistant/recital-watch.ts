/**
 * Lets an answer's words through as they come, and stops where they recite what only the model was told. What looks like the beginning
 * of that is held back until it is clear. How the words are cut into chunks makes no difference.
 */
export type RecitalWatch = {
  /** Takes the next words; returns those that may be said now. After a recital, none. */
  push(chunk: string): string;
  /** Says that no more words come; returns what was still held back. */
  end(): string;
  readonly recites: boolean;
};

/** So many words in a row are no coincidence. */
const wordsInARow = 8;
/** Fewer than so many of them say nothing yet, and are not held back. */
const heldFrom = 4;
const wordPattern = /[\p{L}\p{M}\p{N}\p{Cf}]+/gu;
/** What looks like a key, a code or a number of somebody: letters and digits together. */
const codePattern = /(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[A-Za-z0-9][\w-]{6,}[A-Za-z0-9]/g;
/** A word that may be going on; longer ones, and those of scripts without spaces, are not waited for. */
const unfinished = /[\p{Script=Latin}\p{N}\p{Cf}]{1,60}$/u;

const normalised = (word: string) =>
  word
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .toLowerCase();
const wordsOf = (text: string) => Array.from(text.matchAll(wordPattern), ([word]) => normalised(word)).filter(Boolean);

/**
 * @param told what only the model was told. Its lines after `> ` may be said
 * @param known what the visitor may know or be told: what stands in there is no secret
 */
export function createRecitalWatch(told: string, known: readonly string[]): RecitalWatch {
  const secret = told.replace(/^\s*>.*$/gm, "");
  const knownWords = known.map((text) => ` ${wordsOf(text).join(" ")} `);
  const isKnown = (words: readonly string[]) => knownWords.some((text) => text.includes(` ${words.join(" ")} `));

  const signs = new Set<string>();
  /** What a sign begins with, long enough to be waited for. */
  const beginnings = new Set<string>();
  let longest = 0;
  const addSign = (words: readonly string[], from: number) => {
    if (words.length === 0 || isKnown(words)) return;
    signs.add(words.join(" "));
    for (let length = from; length < words.length; length++) beginnings.add(words.slice(0, length).join(" "));
    longest = Math.max(longest, words.length);
  };
  const words = wordsOf(secret);
  for (let at = 0; at + wordsInARow <= words.length; at++) addSign(words.slice(at, at + wordsInARow), heldFrom);
  for (const [code] of secret.matchAll(codePattern)) addSign(wordsOf(code), 1);

  let held = "";
  let recites = false;
  /** The last words, and where they begin in `held`; negative: they were let through. */
  let recent: { word: string; at: number }[] = [];
  /** How far `held` has been read. */
  let read = 0;

  const last = (count: number) =>
    recent
      .slice(-count)
      .map(({ word }) => word)
      .join(" ");

  function readWords(isEnd: boolean): void {
    const text = isEnd ? held : held.replace(unfinished, "");
    for (const { 0: found, index } of text.slice(read).matchAll(wordPattern)) {
      const word = normalised(found);
      if (word === "") continue;
      recent = [...recent, { word, at: read + index }].slice(-longest);
      for (let count = 1; count <= recent.length; count++) {
        if (signs.has(last(count))) recites = true;
      }
      if (recites) return;
    }
    read = Math.max(read, text.length);
  }

  function release(isEnd: boolean): string {
    if (recites) return "";
    let until = isEnd ? held.length : read;
    for (let count = recent.length; count > 0 && !isEnd; count--) {
      if (!beginnings.has(last(count))) continue;
      until = Math.min(until, Math.max(recent.at(-count)?.at ?? 0, 0));
      break;
    }
    const said = held.slice(0, until);
    held = held.slice(until);
    read -= until;
    recent = recent.map(({ word, at }) => ({ word, at: at - until }));
    return said;
  }

  return {
    push(chunk) {
      if (recites) return "";
      held += chunk;
      readWords(false);
      return release(false);
    },
    end() {
      if (recites) return "";
      readWords(true);
      return release(true);
    },
    get recites() {
      return recites;
    },
  };
}
