import { analyse } from "chardet";
import { Refusal } from "./parsed.ts";

const byteOrderMarks = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
] as const;
const lineFeed = 0x0a;

/** What an encoding is guessed by: in bytes, around the first that is not ASCII. */
const sampleBytes = 32_768;
/** As chardet counts, of 100: German, French, Polish and Russian sentences give 35 to 98, random bytes 2. */
const leastConfidence = 25;

/**
 * The text of a file, with line feeds alone: UTF-8, UTF-16 that says so by its byte order mark, or what older programs write, whose
 * encoding is guessed by the letters that follow each other.
 *
 * @param declared the encoding that the file itself names; its byte order mark goes before it
 * @throws Refusal `document.not_text`
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const marked = byteOrderMarks.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte));
  const named = marked?.encoding ?? declared;
  const text = decode(bytes, named ?? "utf-8") ?? (named ? undefined : decode(bytes, guessEncoding(bytes)));
  if (text === undefined || holdsControls(text)) throw new Refusal("document.not_text");
  return withLineFeeds(text);
}

function decode(bytes: Uint8Array, encoding: string | undefined): string | undefined {
  if (encoding === undefined) return undefined;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Of bytes that are no UTF-8; undefined when they are no text, or damaged UTF-8. */
function guessEncoding(bytes: Uint8Array): string | undefined {
  const from = Math.max(0, bytes.findIndex((byte) => byte > 0x7f) - 1_024);
  const sample = bytes.subarray(from, from + sampleBytes);
  const guesses = analyse(sample);
  const isUtf8 = guesses.some(({ name, confidence }) => name === "UTF-8" && confidence >= leastConfidence);
  const best = guesses.find(({ name }) => name !== "ASCII" && !name.startsWith("UTF-"));
  if (isUtf8 || !best) return undefined;
  if (best.confidence >= leastConfidence) return best.name;
  // English with a few signs beyond ASCII, as quotation marks, says little by its letters: it is nearly always this.
  const beyond = sample.reduce((count, byte) => count + (byte > 0x7f ? 1 : 0), 0);
  return beyond * 20 < sample.length ? "windows-1252" : undefined;
}

/** A NUL is never text; other controls turn up in it now and then, but in binary data everywhere. */
function holdsControls(text: string): boolean {
  let left = text.length / 100;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  for (const [control] of text.matchAll(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\uFFFE\uFFFF]/g)) {
    left -= 1;
    if (control === "\0" || left < 0) return true;
  }
  return false;
}

/** In one copy: to replace a short line's end millions of times takes seconds, and memory for each. */
function withLineFeeds(text: string): string {
  if (!text.includes("\r")) return text;
  const units = new Uint16Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const isReturn = text[at] === "\r";
    if (isReturn && text[at + 1] === "\n") continue;
    units[length] = isReturn ? lineFeed : text.charCodeAt(at);
    length += 1;
  }
  return Buffer.from(units.buffer, 0, 2 * length).toString("utf16le");
}
