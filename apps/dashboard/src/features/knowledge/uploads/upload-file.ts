import { sendFile } from "@parley/client/send-file";
import { limits, type SourceId } from "@parley/contracts";
import { failureOf } from "../../../session/account-request.ts";
import { workspaceHeaders } from "../../../session/chosen-workspace.ts";
import { presenceHeaders } from "../../../session/presence.ts";
import type { ApiClient } from "../../../trpc.ts";
import { UploadRefused } from "./upload-failure.ts";
import type { Upload } from "./upload-queue.ts";

/** A large file over a slow line takes its time. */
const timeoutMs = 10 * 60_000;

/** Asks whether the file would be taken, and sends it. @throws UploadRefused, ApiError; the signal's reason */
export async function uploadFile(
  { apiUrl, client }: { apiUrl: string; client: ApiClient },
  { sourceId: source, file }: Upload,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (share: number) => void },
): Promise<{ unchanged: boolean }> {
  if (file.size > limits.fileBytes) throw new UploadRefused("document.too_large");
  if (file.size === 0) throw new UploadRefused("document.empty");
  const sourceId = source as SourceId;
  await client.knowledge.documents.beginUpload.query({ sourceId, path: file.name, sizeBytes: file.size }, { signal });
  const target = new URLSearchParams({ sourceId, path: file.name });
  const response = await sendFile(apiUrl, `/api/knowledge/uploads?${target}`, {
    file,
    headers: { ...presenceHeaders("person"), ...workspaceHeaders() },
    timeoutMs,
    signal,
    onProgress,
  }).catch((error: unknown) => {
    throw error instanceof TypeError ? new UploadRefused("unreachable") : error;
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const { code, retryAfterSeconds } = failureOf(response, answer);
    throw new UploadRefused(code, retryAfterSeconds);
  }
  return { unchanged: (answer as { outcome?: unknown } | null)?.outcome === "unchanged" };
}
