import type { DocumentVersionId } from "@parley/contracts";
import type { VersionStatus } from "@parley/core/knowledge/find-version-status";
import { type Clock, patienceMs } from "./patience.ts";
import { type IngestTarget, Refused } from "./targets.ts";

const pollMs = 200;
/** While all that is left waits for the embedder: there may be many to ask for. */
const waitingPollMs = 2_000;

/**
 * Waits until each version is read in or has failed. Once the embedder has failed all that are left for some minutes, these come as they
 * are, with what they wait for.
 */
export async function* settle(
  target: IngestTarget,
  /** The path of each. */
  versions: ReadonlyMap<DocumentVersionId, string>,
  { now, pause }: Clock,
): AsyncGenerator<VersionStatus & { path: string }> {
  const left = new Map(versions);
  const written = new Map<DocumentVersionId, number>();
  let since = now();
  while (left.size > 0) {
    const waiting: (VersionStatus & { path: string })[] = [];
    for (const [versionId, path] of left) {
      const status = await statusOf(target, versionId);
      const isOver = status.status === "ready" || status.status === "held" || status.status === "failed";
      if (isOver || status.chunks > (written.get(versionId) ?? 0)) since = now();
      written.set(versionId, status.chunks);
      if (isOver) {
        left.delete(versionId);
        yield { ...status, path };
      } else if (status.waitsFor) waiting.push({ ...status, path });
      // Those behind it come after it.
      else break;
    }
    const allWait = waiting.length === left.size;
    if (allWait && now() - since >= patienceMs) {
      yield* waiting;
      return;
    }
    if (left.size > 0) await pause(allWait ? waitingPollMs : pollMs);
  }
}

/** What can't be asked about any more has failed, and the others go on. */
async function statusOf(target: IngestTarget, versionId: DocumentVersionId): Promise<VersionStatus> {
  try {
    return await target.status(versionId);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: "failed", failure: error.message, waitsFor: null, chunks: 0 };
  }
}
