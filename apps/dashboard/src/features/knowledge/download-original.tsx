import { callApi } from "@parley/client/api";
import type { DocumentVersionId } from "@parley/contracts";
import { useRouteContext } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { saveFile } from "../../components/save-file.ts";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { type AccountResult, failureOf } from "../../session/account-request.ts";
import { workspaceHeaders } from "../../session/chosen-workspace.ts";
import { presenceHeaders } from "../../session/presence.ts";

/** A large file over a slow line takes its time. */
const timeoutMs = 5 * 60_000;

const words = { "document.no_original": "There is no file to download. Read the document's text instead." };

/** The file that a version was read from, as it was given. */
export function DownloadOriginal({ versionId, path }: { versionId: DocumentVersionId; path: string }) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const download = useSubmission(
    () => fetchOriginal(apiUrl, versionId),
    (file) => saveFile(file, path.split("/").at(-1) || path),
  );
  return (
    <div className="mt-3">
      <Button busy={download.busy} onClick={() => void download.submit(undefined)}>
        <Download aria-hidden className="size-4" />
        {download.busy ? "Fetching the file…" : "Download the file"}
      </Button>
      <SubmissionNotice submission={download} words={words} className="mt-3" />
    </div>
  );
}

async function fetchOriginal(apiUrl: string, versionId: DocumentVersionId): Promise<AccountResult<Blob>> {
  try {
    const response = await callApi(apiUrl, `/api/knowledge/originals/${versionId}`, {
      headers: { ...presenceHeaders("person"), ...workspaceHeaders() },
      timeoutMs,
    });
    if (response.ok) return { ok: true, data: await response.blob() };
    return { ok: false, failure: failureOf(response, await response.json().catch(() => null)) };
  } catch {
    // No answer came, or it broke off: half a file is none.
    return { ok: false, failure: { code: "unreachable", status: null, requestId: null, retryAfterSeconds: null } };
  }
}
