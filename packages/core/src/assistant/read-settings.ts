import { type AssistantSettings, defaultAssistantSettings, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { assistantSettings } from "@parley/db/schema";
import { desc } from "drizzle-orm";

/** What the tenant's assistant is called and told, and which version of that it is: 0 while nobody has said anything. */
export async function readSettings(db: Database, tenantId: TenantId): Promise<AssistantSettings & { version: number }> {
  const { version, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = assistantSettings;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({ version, name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff })
      .from(assistantSettings)
      .orderBy(desc(version))
      .limit(1),
  );
  return row ?? { version: 0, ...defaultAssistantSettings };
}
