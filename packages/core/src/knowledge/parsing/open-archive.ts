import { unzipSync } from "fflate";
import { Refusal } from "./parsed.ts";
import { endsAsZip } from "./zip-end.ts";

const mostEntries = 5_000;
/** Of all that is unpacked. An entry that holds more than it declares is cut off there. */
const mostBytes = 48 * 1024 * 1024;

/**
 * Unpacks what is wanted of an Office file. Nothing is unpacked before all that is wanted is known to be small enough.
 *
 * @param isWanted by an entry's name
 * @throws Refusal `document.broken` for what is no whole zip file or something else besides, or declares a document type in its XML;
 *   `document.too_complex` when it would become too large
 */
export function openArchive(bytes: Uint8Array, isWanted: (name: string) => boolean): Record<string, Uint8Array> {
  if (!endsAsZip(bytes)) throw new Refusal("document.broken", "the archive does not end where the file ends");
  let entries = 0;
  let total = 0;
  const measure = ({ name, originalSize }: { name: string; originalSize: number }) => {
    entries += 1;
    if (isWanted(name)) total += originalSize;
    if (entries > mostEntries || total > mostBytes) throw new Refusal("document.too_complex", "too much to unpack");
    return false;
  };
  const files = unpack(bytes, measure) && unpack(bytes, ({ name }) => isWanted(name));
  for (const [name, file] of Object.entries(files)) {
    // No Office program writes one: it is there to name other files, or to become large.
    if (Buffer.from(file.buffer, file.byteOffset, file.byteLength).includes("<!DOCTYPE"))
      throw new Refusal("document.broken", `${name} declares a document type`);
  }
  return files;
}

function unpack(bytes: Uint8Array, filter: (file: { name: string; originalSize: number }) => boolean) {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("document.broken", String(error));
  }
}
