import type { DocumentVersionId } from "@parley/contracts";
import type { VersionStatus } from "@parley/core/knowledge/find-version-status";
import { type IngestTarget, Refused } from "./targets.ts";

const pollMs = 200;

/** Waits until each version is read in or has failed, in the order in which they were added. */
export async function* settle(
  target: IngestTarget,
  /** The path of each. */
  versions: ReadonlyMap<DocumentVersionId, string>,
): AsyncGenerator<VersionStatus & { path: string }> {
  for (const [versionId, path] of versions) {
    for (;;) {
      const status = await statusOf(target, versionId);
      if (status.status === "ready" || status.status === "held" || status.status === "failed") {
        yield { ...status, path };
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
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
