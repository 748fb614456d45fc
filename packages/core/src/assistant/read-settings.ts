import { type AssistantSettings, defaultAssistantSettings, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { assistantSettings, budgets, heldSettings, httpTools, tenants } from "@parley/db/schema";
import { desc, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { KnowledgeScope } from "../knowledge/held-changes.ts";

/** What an answer goes by from its beginning. */
type Setup = {
  settings: AssistantSettings & { version: number };
  /** Whether there is any such thing to be looked up: most tenants have neither. */
  hasTools: boolean;
  hasBudget: boolean;
};

/**
 * What the tenant's assistant is called and told, and which version of that it is: 0 while nobody has said anything.
 *
 * @param scope `held`: what it is to be called and told, if something of that is held
 */
export async function readSettings(
  db: Database,
  tenantId: TenantId,
  scope?: KnowledgeScope,
): Promise<Setup["settings"]> {
  return (await readSetup(db, tenantId, scope)).settings;
}

/** The same, with whether there is more that answers go by. */
export async function readSetup(db: Database, tenantId: TenantId, scope: KnowledgeScope = "live"): Promise<Setup> {
  const { version, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = assistantSettings;
  const [row] = await db.read(tenantId, (read) => {
    const latest = read
      .select({ version, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff })
      .from(assistantSettings)
      .orderBy(desc(version))
      .limit(1)
      .as("latest");
    return read
      .select({
        settings: {
          ...{ version: latest.version, name: latest.name, tone: latest.tone, toneWords: latest.toneWords },
          ...{ guidance: latest.guidance, unknownText: latest.unknownText, linkHosts: latest.linkHosts },
          mayHandOff: latest.mayHandOff,
        },
        hasTools: sql<boolean>`exists (select from ${httpTools} where ${httpTools.enabled})`,
        hasBudget: sql<boolean>`exists (select from ${budgets})`,
      })
      .from(tenants)
      .leftJoin(latest, sql`true`);
  });
  const inUse = row?.settings ?? { version: 0, ...defaultAssistantSettings };
  const held = scope === "held" ? await findHeldSettings(db, tenantId) : undefined;
  const settings = held ? { ...inUse, ...held.settings } : inUse;
  return { settings, hasTools: row?.hasTools ?? false, hasBudget: row?.hasBudget ?? false };
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
