import type { TenantId } from "@parley/contracts";

const key = "parley-workspace";

let chosen: string | null | undefined;

/** Read once: this page stays in its workspace, whatever another page of the same browser goes on to. */
function readChosen(): string | null {
  if (chosen === undefined) chosen = localStorage.getItem(key);
  return chosen;
}

/** What every request says of the workspace that it is about. */
export function workspaceHeaders(): Record<string, string> {
  const tenantId = readChosen();
  return tenantId ? { "parley-tenant": tenantId } : {};
}

/** From the next request on, the page is about this workspace; the browser's next page, too. */
export function chooseWorkspace(tenantId: TenantId): void {
  chosen = tenantId;
  localStorage.setItem(key, tenantId);
}

/** Goes to another workspace of the same person. The page begins anew, so that nothing of the former one is left in it. */
export function switchWorkspace(tenantId: TenantId): void {
  chooseWorkspace(tenantId);
  location.assign("/");
}
