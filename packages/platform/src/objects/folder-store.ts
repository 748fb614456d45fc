import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { ObjectKey, ObjectStore } from "./object-store.ts";

/** Keeps objects as files in a folder, for the owner's eyes alone. Processes that share the folder share the objects. */
export function createFolderStore(given: string): ObjectStore {
  const folder = path.resolve(given);
  const fileOf = (key: ObjectKey) => path.join(folder, ...key.split("/"));

  return {
    async put(key, bytes, sizeBytes) {
      const file = fileOf(key);
      const place = path.dirname(file);
      const made = await mkdir(place, { recursive: true, mode: 0o700 });
      // Beside it, so that it takes the object's place at once and whole.
      const draft = `${file}.${randomUUID()}.part`;
      try {
        let written = 0;
        await pipeline(
          bytes,
          async function* counted(source: AsyncIterable<Uint8Array>) {
            for await (const part of source) {
              written += part.byteLength;
              yield part;
            }
          },
          // Its bytes are on the disk before it has its name: a power cut leaves it whole or not there.
          createWriteStream(draft, { mode: 0o600, flush: true }),
        );
        if (written !== sizeBytes) throw new Error(`an object of ${sizeBytes} bytes came with ${written}`);
        await rename(draft, file);
        // So is its name, and the folders' that it is in: another call may just have made these.
        const top = made === undefined ? folder : path.dirname(made);
        for (const part of upTo(top.length < folder.length ? top : folder, place)) await syncFolder(part);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },

    async get(key) {
      const file = fileOf(key);
      try {
        await access(file);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
      // Opened by whoever reads it.
      return (async function* () {
        yield* createReadStream(file);
      })();
    },

    delete: (key) => rm(fileOf(key), { force: true }),
    deleteAll: (prefix) => rm(fileOf(prefix), { recursive: true, force: true }),
  };
}

/** The folder, and those that it is in up to `top`. */
function upTo(top: string, folder: string): string[] {
  const parent = path.dirname(folder);
  return folder === top || parent === folder ? [folder] : [folder, ...upTo(top, parent)];
}

/** Has the names in a folder written to the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const isAbsent = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";
