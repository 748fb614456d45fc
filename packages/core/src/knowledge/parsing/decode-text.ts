import { Refusal } from "./parsed.ts";

const byteOrderMarks = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
] as const;
const lineFeed = 0x0a;

/**
 * The text of a file, with line feeds alone: UTF-8, or UTF-16 that says so by its byte order mark.
 *
 * @param declared the encoding that the file itself names; its byte order mark goes before it
 * @throws Refusal `document.not_text`
 */
export function decodeText(bytes: Uint8Array, declared = "utf-8"): string {
  const marked = byteOrderMarks.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte));
  let text: string;
  try {
    text = new TextDecoder(marked?.encoding ?? declared, { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("document.not_text");
  }
  if (holdsControls(text)) throw new Refusal("document.not_text");
  return withLineFeeds(text);
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
