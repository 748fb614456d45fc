import type { NewWorkspace } from "@parley/auth";
import type { Database, TenantTransaction } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import { recordAudit } from "../audit/record-audit.ts";
import { createInbox } from "../inboxes/create-inbox.ts";

/**
 * Makes a workspace with its owner and a first inbox: all of it or nothing, and a second time it changes nothing.
 *
 * @param check whether it may be made, in the same transaction; what it throws is thrown
 */
export async function makeWorkspace(
  db: Database,
  { tenantId, name, owner, ip }: NewWorkspace,
  check?: (tx: TenantTransaction) => Promise<void>,
): Promise<void> {
  await db.transaction(tenantId, async (tx) => {
    const made = await tx
      .insert(tenants)
      .values({ slug: slugOf(name, tenantId), name })
      .onConflictDoNothing({ target: tenants.tenantId })
      .returning({ tenantId: tenants.tenantId });
    if (made.length === 0) return;
    await check?.(tx);
    const [member] = await tx
      .insert(members)
      .values({ ...owner, role: "owner" })
      .returning({ id: members.id });
    if (!member) throw new Error("an insert returned no row");
    // No page may use it before its list of origins names the company's.
    await createInbox(tx, tenantId, {
      name: "Website",
      assistantName: "Assistant",
      greeting: "Hello! How can I help you?",
      allowedOrigins: [],
    });
    await recordAudit(tx, {
      action: "workspace.created",
      actor: { kind: "member", id: member.id },
      target: { kind: "workspace", id: tenantId },
      ip,
    });
  });
}

/** What the command line calls it: its name and a piece of its id, so that nobody learns from it how others are called. */
function slugOf(name: string, tenantId: string): string {
  const words = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const plain = words
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return `${plain || "workspace"}-${tenantId.slice(0, 8)}`;
}
