import { readFile } from "node:fs/promises";
import { type DocumentVersionId, errorCodes } from "@parley/contracts";
import { SingleBar } from "cli-progress";
import { findFiles, type Skipped } from "./find-files.ts";
import { type Clock, realClock } from "./patience.ts";
import { settle } from "./settle.ts";
import { type IngestTarget, Refused } from "./targets.ts";

/**
 * Reads files and folders into a tenant's knowledge, shows how far it is, and reports what was read, what was skipped and why.
 *
 * @returns true when a document failed, or waits for an embedder that does not answer, or nothing at all could be read
 */
export async function ingest(
  target: IngestTarget,
  { source, paths }: { source: string; paths: readonly string[] },
  clock: Clock = realClock,
): Promise<boolean> {
  const started = performance.now();
  const { files, skipped } = await findFiles(paths);
  const waiting = new Map<DocumentVersionId, string>();
  const failed: Skipped[] = [];
  const waits: Skipped[] = [];
  let read = 0;
  let unchanged = 0;
  let passages = 0;

  const bar = new SingleBar({
    format: "  {bar} {value}/{total} documents  {step}",
    noTTYOutput: false,
    hideCursor: true,
    stream: process.stdout,
  });
  const done = () => read + unchanged + skipped.length - skippedBefore + failed.length;
  const skippedBefore = skipped.length;
  bar.start(files.length, 0, { step: "reading" });

  for (const { file, path } of files) {
    try {
      const { versionId, outcome } = await target.add({
        source,
        path,
        bytes: await readFile(file),
      });
      if (outcome === "queued") waiting.set(versionId, path);
      else unchanged += 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      skipped.push({ path, reason: error.message });
    }
    bar.update(done(), { step: "reading" });
  }
  for await (const { path, status, failure, waitsFor, chunks } of settle(target, waiting, clock)) {
    if (status === "failed") {
      failed.push({ path, reason: failure ?? "unknown" });
    } else if (waitsFor) {
      waits.push({ path, reason: errorCodes[waitsFor].meaning });
    } else {
      read += 1;
      passages += chunks;
    }
    bar.update(done(), { step: "embedding" });
  }
  bar.update(done(), { step: "done" });
  bar.stop();

  const say = (line: string) => process.stdout.write(`${line}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    `\n  read ${read} (${passages} passages) · unchanged ${unchanged} · skipped ${skipped.length} · failed ${failed.length} · ${seconds} s`,
  );
  for (const [title, rows] of [
    ["skipped", skipped],
    ["failed", failed],
    ["waits", waits],
  ] as const) {
    for (const { path, reason } of rows) say(`  ${title}  ${path}: ${reason}`);
  }
  if (files.length === 0) say("  Nothing to read: name files of a kind that can be read, or folders that hold some.");
  if (waits.length > 0) say("  What waits is tried again by itself while Parley runs.");
  return failed.length > 0 || waits.length > 0 || files.length === 0;
}
