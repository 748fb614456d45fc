/**
 * Lets an answer's words through as they come, and stops where they recite what only the model was told: eight of its words in a row,
 * or a code in it, also spelt out, backwards, in ROT13, Base64 or hex. What looks like the beginning of that is held back until it is
 * clear. How the words are cut into chunks makes no difference.
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
/** Fewer than so many of them, or signs of a code, say nothing yet and are not held back. */
const heldFrom = { words: 4, signs: 3 };
/** Whoever says so much of a code has said it. */
const longestCode = 64;
/** Letters and digits together: a key, a code, somebody's number. */
const code = /(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[A-Za-z0-9][\w-]{6,}[A-Za-z0-9]/g;
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
/** Where a script puts no space between words, each sign is one. */
const word = new RegExp(String.raw`[${unspaced}]|[[\p{L}\p{M}\p{N}\p{Cf}]--[${unspaced}]]+`, "gv");
/** What goes on without a space: it may become a longer word, or one that is packed. */
const unfinished = new RegExp(String.raw`$(?<=([[\p{L}\p{M}\p{N}\p{Cf}+\/=_\-]--[${unspaced}]]{1,4000}))`, "v");
const packed = /[A-Za-z0-9+/_-]{16,}={0,2}/g;

const plain = (text: string) =>
  text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .toLowerCase();
const signsOf = (text: string) => plain(text).replace(/[^\p{L}\p{N}]+/gu, "");
const wordsOf = (text: string) => (text.match(word) ?? []).map(signsOf).filter(Boolean);
const backwards = (text: string) => [...text].reverse().join("");
const rot13 = (text: string) =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97));

/**
 * @param told what only the model was told. Its lines after `> ` may be said
 * @param known what the visitor may know or be told: what stands in there is no secret
 */
export function createRecitalWatch(told: string, known: readonly string[]): RecitalWatch {
  const secrets = findSecrets(told.replace(/^\s*>.*$/gm, ""), known);
  let held = "";
  const progress = secrets.begin();
  /** How much of `held` has been looked at. */
  let read = 0;
  let recites = false;

  function look(isEnd: boolean): string {
    const until = held.length - (isEnd ? 0 : (unfinished.exec(held)?.[1]?.length ?? 0));
    if (until > read) {
      const next = held.slice(read, until);
      recites = progress.add(next, read) || unpack(next).some((text) => secrets.begin().add(text, 0));
      if (recites) return "";
      read = until;
    }
    const said = held.slice(0, isEnd ? read : Math.min(read, progress.begunAt()));
    held = held.slice(said.length);
    read -= said.length;
    progress.forget(said.length);
    return said;
  }

  return {
    push(chunk) {
      if (recites) return "";
      held += chunk;
      return look(false);
    },
    end: () => (recites ? "" : look(true)),
    get recites() {
      return recites;
    },
  };
}

const unpack = (text: string) =>
  (text.match(packed) ?? []).flatMap((part) => [
    Buffer.from(part, "base64").toString("utf8"),
    Buffer.from(part, "hex").toString("utf8"),
  ]);

/** Letters and digits, or words of them, and where each begins in the text that is held; below 0: it was let through. */
type Part = { text: string; at: number };

function findSecrets(told: string, known: readonly string[]) {
  const rows = new Set<string>();
  /** What a row begins with, long enough to be waited for. */
  const rowBeginnings = new Set<string>();
  const knownRows = new Set(known.flatMap((text) => rowsOf(wordsOf(text))));
  for (const row of rowsOf(wordsOf(told))) {
    if (knownRows.has(row)) continue;
    rows.add(row);
    const words = row.split(" ");
    for (let length = heldFrom.words; length < wordsInARow; length++)
      rowBeginnings.add(words.slice(0, length).join(" "));
  }
  const knownSigns = known.map(signsOf);
  const codes = [...new Set(told.match(code) ?? [])]
    .map((found) => signsOf(found).slice(0, longestCode))
    .filter((signs) => !knownSigns.some((text) => text.includes(signs)))
    .flatMap((signs) => [signs, backwards(signs), rot13(signs)]);

  function begin() {
    let words: Part[] = [];
    let signs: Part[] = [];
    const lastWords = (count: number) =>
      words
        .slice(-count)
        .map(({ text }) => text)
        .join(" ");
    const lastSigns = () => signs.map(({ text }) => text).join("");

    return {
      /** Reads on. @returns whether a secret has been said */
      add(text: string, at: number): boolean {
        for (const { 0: found, index } of text.matchAll(word)) {
          const plainWord = signsOf(found);
          if (plainWord === "") continue;
          words = [...words.slice(1 - wordsInARow), { text: plainWord, at: at + index }];
          if (words.length === wordsInARow && rows.has(lastWords(wordsInARow))) return true;
          if (codes.length > 0) {
            const added = Array.from(plainWord, (sign) => ({ text: sign, at: at + index }));
            signs = [...signs.slice(-longestCode), ...added];
            const said = lastSigns();
            if (codes.some((secret) => said.includes(secret))) return true;
          }
        }
        return false;
      },
      /** Where that begins which may become a secret. */
      begunAt(): number {
        let from = Number.POSITIVE_INFINITY;
        for (let count = Math.min(wordsInARow - 1, words.length); count >= heldFrom.words; count--) {
          if (rowBeginnings.has(lastWords(count))) from = Math.min(from, words.at(-count)?.at ?? from);
        }
        const said = lastSigns();
        const begun = Math.max(0, ...codes.map((secret) => beginningAtEnd(said, secret)));
        if (begun >= heldFrom.signs) from = Math.min(from, signs.at(-begun)?.at ?? from);
        return Math.max(from, 0);
      },
      /** So much of the text was let through. */
      forget(length: number): void {
        if (length === 0) return;
        words = words.map(({ text, at }) => ({ text, at: at - length }));
        signs = signs.map(({ text, at }) => ({ text, at: at - length }));
      },
    };
  }
  return { begin };
}

const rowsOf = (words: readonly string[]) =>
  Array.from({ length: Math.max(words.length - wordsInARow + 1, 0) }, (_, at) =>
    words.slice(at, at + wordsInARow).join(" "),
  );

/** How many signs of the secret's beginning stand at the end of the text. */
function beginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length > 0; length--) {
    if (secret.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
