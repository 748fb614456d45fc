import { Refusal } from "./parsed.ts";

const byteOrderMarks = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
] as const;

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
  return text.replace(/\r\n?/g, "\n");
}

/** A NUL is never text; other controls turn up in it now and then, but in binary data everywhere. */
function holdsControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const controls: string[] = text.match(/[\u0000-\u0008\u000E-\u001A\u001C-\u001F\uFFFE\uFFFF]/g) ?? [];
  return controls.includes("\0") || controls.length > text.length / 100;
}
