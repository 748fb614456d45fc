import { readFile } from "node:fs/promises";
import type { DocumentVersionId } from "@parley/contracts";
import { SingleBar } from "cli-progress";
import { findFiles, type Skipped } from "./find-files.ts";
import { settle } from "./settle.ts";
import { type IngestTarget, Refused } from "./targets.ts";

/**
 * Reads files and folders into a tenant's knowledge, shows how far it is, and reports what was read, what was skipped and why.
 *
 * @returns true when a document failed or nothing at all could be read
 */
export async function ingest(
  target: IngestTarget,
  { source, paths }: { source: string; paths: readonly string[] },
): Promise<boolean> {
  const started = performance.now();
  const { files, skipped } = await findFiles(paths);
  const waiting = new Map<DocumentVersionId, string>();
  const failed: Skipped[] = [];
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
  for await (const { path, status, failure, chunks } of settle(target, waiting)) {
    if (status === "failed") {
      failed.push({ path, reason: failure ?? "unknown" });
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
  ] as const) {
    for (const { path, reason } of rows) say(`  ${title}  ${path}: ${reason}`);
  }
  if (files.length === 0) say("  Nothing to read: name files of a kind that can be read, or folders that hold some.");
  return failed.length > 0 || files.length === 0;
}
