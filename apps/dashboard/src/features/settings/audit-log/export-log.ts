import { callApi } from "@parley/client/api";
import type { AuditExport } from "@parley/contracts";
import { type AccountResult, failureOf } from "../../../session/account-request.ts";
import { workspaceHeaders } from "../../../session/chosen-workspace.ts";
import { presenceHeaders } from "../../../session/presence.ts";

/** A large file over a slow line takes its time. */
const timeoutMs = 5 * 60_000;

/** Has the server write the log as a file. @returns the file, whole */
export async function exportLog(apiUrl: string, wanted: AuditExport): Promise<AccountResult<Blob>> {
  try {
    const response = await callApi(apiUrl, "/api/audit-log/export", {
      method: "POST",
      body: JSON.stringify(wanted),
      headers: { ...presenceHeaders("person"), ...workspaceHeaders() },
      timeoutMs,
    });
    if (response.ok) return { ok: true, data: await response.blob() };
    return { ok: false, failure: failureOf(response, await response.json().catch(() => null)) };
  } catch {
    // No answer came, or it broke off: half a log is none.
    return { ok: false, failure: { code: "unreachable", status: null, requestId: null, retryAfterSeconds: null } };
  }
}
