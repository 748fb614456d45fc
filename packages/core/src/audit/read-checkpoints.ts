import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { CheckpointKey } from "./checkpoint-key.ts";
import { firstPrevious, type Head, hashLine, readLine } from "./checkpoint-line.ts";

/** What the checkpoint files say, and what is wrong with the files themselves. */
export type ReadCheckpoints = { heads: Head[]; faults: string[] };

/** Reads all checkpoint files of a folder; one that is not there has none. */
export async function readCheckpoints(folder: string, key: CheckpointKey): Promise<ReadCheckpoints> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const read: ReadCheckpoints = { heads: [], faults: [] };
  for (const name of names.filter((name) => name.endsWith(".jsonl")).sort()) {
    const lines = (await readFile(path.join(folder, name), "utf8")).split("\n");
    // A crash may leave a line half written: it has no break at its end.
    lines.pop();
    let previous = firstPrevious;
    for (const [index, text] of lines.entries()) {
      const at = `${name}:${index + 1}`;
      const line = readLine(key, text);
      if (!line) read.faults.push(`${at} was not signed by this installation, or was changed`);
      else if (line.previous !== previous) read.faults.push(`${at} does not follow the line before it: one is missing`);
      if (line) read.heads.push(...line.heads);
      previous = hashLine(text);
    }
  }
  return read;
}
