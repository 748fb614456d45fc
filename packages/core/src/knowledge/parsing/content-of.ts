/** What a file is by its first bytes; `text` may be anything that has no mark of its own. */
export type Content = "pdf" | "zip" | "ole" | "text";

const marks: [Content, number[]][] = [
  ["pdf", [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  ["ole", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
];

export function contentOf(bytes: Uint8Array): Content {
  return marks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0] ?? "text";
}
