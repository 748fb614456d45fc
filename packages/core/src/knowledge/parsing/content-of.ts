import { endsAsZip } from "./zip-end.ts";

/** What a file is by its bytes; `text` may be anything that has no mark of its own, and `several` is more than one thing. */
export type Content = "pdf" | "several" | "zip" | "old office" | "locked office" | "text";

const pdf = [0x25, 0x50, 0x44, 0x46, 0x2d];
const zip = [0x50, 0x4b, 0x03, 0x04];
/** What the programs of before 2007 write; and those of today, around a file that a password protects. */
const compound = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const nameOfLocked = Buffer.from("EncryptedPackage", "utf16le");

/** Within so many bytes a PDF begins: readers leave out what mail servers, printers and downloads have put before it. */
const searchedForPdf = 1_024;

/**
 * Whether the bytes are a PDF with something before it that is nothing by itself. Markup is: a browser would show such a file as a page.
 */
export function isPdfFurtherDown(bytes: Uint8Array): boolean {
  const beginning = Buffer.from(
    bytes.buffer,
    bytes.byteOffset,
    Math.min(bytes.byteLength, searchedForPdf + pdf.length),
  );
  const start = beginning.indexOf(Buffer.from(pdf));
  return start > 0 && !beginning.subarray(0, start).includes("<") && contentOf(bytes) === "text" && !endsAsZip(bytes);
}

export function contentOf(bytes: Uint8Array): Content {
  const begins = (mark: number[]) => mark.every((byte, index) => bytes[index] === byte);
  if (begins(pdf)) return endsAsZip(bytes) ? "several" : "pdf";
  if (begins(zip)) return "zip";
  if (!begins(compound)) return "text";
  const isLocked = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(nameOfLocked);
  return isLocked ? "locked office" : "old office";
}
