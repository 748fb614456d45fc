import { type AssistantSettings, defaultAssistantSettings, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { assistantSettings, heldSettings } from "@parley/db/schema";
import { desc, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { KnowledgeScope } from "../knowledge/held-changes.ts";

/**
 * What the tenant's assistant is called and told, and which version of that it is: 0 while nobody has said anything.
 *
 * @param scope `held`: what it is to be called and told, if something of that is held
 */
export async function readSettings(
  db: Database,
  tenantId: TenantId,
  scope: KnowledgeScope = "live",
): Promise<AssistantSettings & { version: number }> {
  const { version, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = assistantSettings;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({ version, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff })
      .from(assistantSettings)
      .orderBy(desc(version))
      .limit(1),
  );
  const inUse = row ?? { version: 0, ...defaultAssistantSettings };
  const held = scope === "held" ? await findHeldSettings(db, tenantId) : undefined;
  return held ? { ...inUse, ...held.settings } : inUse;
}

/** What the assistant is to be called and told, as the last of those who changed it wants it. */
export async function findHeldSettings(db: Database, tenantId: TenantId) {
  const [row] = await db.read(tenantId, (read) =>
    read.select({ ...getTableColumns(heldSettings), seen: heldSettingsSeen }).from(heldSettings),
  );
  if (!row) return undefined;
  const { seen, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = row;
  return { seen, settings: { name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } };
}

/** What is held is known again by it, also when what was held before was published or discarded since: revisions begin anew then. */
export const heldSettingsSeen: SQL<string> = sql<string>`${heldSettings.revision} || ' ' || ${heldSettings.changedAt}`;
