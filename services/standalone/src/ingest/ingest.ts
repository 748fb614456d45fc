import { readFile } from "node:fs/promises";
import type { DocumentVersionId } from "@parley/contracts";
import type { VersionStatus } from "@parley/core/knowledge/find-version-status";
import { SingleBar } from "cli-progress";
import { findFiles, type Skipped } from "./find-files.ts";
import { type IngestTarget, Refused } from "./targets.ts";

const pollMs = 200;

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
  while (waiting.size > 0) {
    for (const [versionId, path] of waiting) {
      const { status, failure, chunks } = await statusOf(target, versionId);
      // They are read in the order in which they were added: whoever comes after one that waits, waits as well.
      if (status !== "ready" && status !== "failed") break;
      waiting.delete(versionId);
      if (status === "failed") {
        failed.push({ path, reason: failure ?? "unknown" });
      } else {
        read += 1;
        passages += chunks;
      }
      bar.update(done(), { step: "embedding" });
    }
    if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
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

/** What can't be asked about any more has failed, and the others go on. */
async function statusOf(target: IngestTarget, versionId: DocumentVersionId): Promise<VersionStatus> {
  try {
    return await target.status(versionId);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: "failed", failure: error.message, chunks: 0 };
  }
}
