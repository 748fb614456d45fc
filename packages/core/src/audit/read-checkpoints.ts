import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { CheckpointKey } from "./checkpoint-key.ts";
import { type CheckpointLine, firstPrevious, type Head, hashLine, readLine } from "./checkpoint-line.ts";
import type { CheckpointTip } from "./checkpoint-tip.ts";

/** What the checkpoint files say, and what is wrong with the files themselves. */
export type ReadCheckpoints = {
  heads: Head[];
  faults: string[];
  /** When the first one was made, as it says itself; undefined when there is none. */
  since: string | undefined;
};

type PlacedLine = CheckpointLine & { place: string; hash: string };

/**
 * Reads all checkpoint files of a folder; one that is not there has none.
 *
 * @param tip the newest checkpoint that the database knows of
 */
export async function readCheckpoints(
  folder: string,
  key: CheckpointKey,
  tip: CheckpointTip | undefined,
): Promise<ReadCheckpoints> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const lines: PlacedLine[] = [];
  const former: Pick<CheckpointLine, "at" | "heads">[] = []; // in no chain, but what they know of a log's ends holds
  const faults: string[] = [];
  for (const name of names.filter((name) => name.endsWith(".jsonl")).sort()) {
    const texts = (await readFile(path.join(folder, name), "utf8")).split("\n");
    // A crash may leave a line half written: it has no break at its end.
    texts.pop();
    for (const [index, text] of texts.entries()) {
      const place = `${name}:${index + 1}`;
      const line = readLine(key, text);
      if (!line) faults.push(`${place} was not signed by this installation, or was changed`);
      else if ("number" in line) lines.push({ ...line, place, hash: hashLine(text) });
      else former.push(line);
    }
  }
  faults.push(...findGaps(lines), ...compareWithTip(lines, tip));
  const all = [...former, ...lines];
  const since = all.map(({ at }) => at).sort()[0];
  return { heads: all.flatMap(({ heads }) => heads), faults, since };
}

/** What is missing between the lines that are there. */
function findGaps(lines: readonly PlacedLine[]): string[] {
  const faults: string[] = [];
  const byNumber = Map.groupBy(lines, ({ number }) => number);
  let last = 0;
  for (const number of [...byNumber.keys()].sort((one, two) => one - two)) {
    if (number !== last + 1) faults.push(missing(last + 1, number - 1));
    const before = byNumber.get(number - 1);
    const hashes = number === 1 ? [firstPrevious] : before?.map(({ hash }) => hash);
    for (const { place, previous } of byNumber.get(number) ?? []) {
      if (hashes && !hashes.includes(previous)) faults.push(`${place} does not follow the checkpoint before it`);
    }
    last = number;
  }
  return faults;
}

/** The newest may be there before the database knows of it, when the process that wrote it died in between. */
function compareWithTip(lines: readonly PlacedLine[], tip: CheckpointTip | undefined): string[] {
  const newest = lines.reduce((most, { number }) => Math.max(most, number), 0);
  const known = tip?.number ?? 0;
  if (known > newest) return [missing(newest + 1, known)];
  if (newest > known + 1)
    return [`the database knows of ${known} checkpoints, and there are ${newest}: it was set back`];
  if (!tip || lines.some(({ number, hash }) => number === known && hash === tip.hash)) return [];
  return [`checkpoint ${known} is not the one that the database knows`];
}

const missing = (from: number, to: number) =>
  from === to ? `checkpoint ${from} is missing` : `checkpoints ${from} to ${to} are missing`;
