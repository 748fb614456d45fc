import { type AssistantSettings, assistantLimits, type TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { assistantSettings, members } from "@parley/db/schema";
import { and, desc, eq } from "drizzle-orm";

export type SettingsVersion = AssistantSettings & {
  version: number;
  /** The version that it says the same as, where one was restored. */
  restored: number | null;
  /** Null once nothing is known of whoever changed it. */
  changedBy: string | null;
  changedAt: string;
};

/** What the assistant was told, newest first: the first one is in use. At most `assistantLimits.versions`. */
export async function listSettingsVersions(db: Database, tenantId: TenantId): Promise<SettingsVersion[]> {
  const rows = await db.read(tenantId, (read) =>
    read
      .select({ settings: assistantSettings, changedBy: members.name })
      .from(assistantSettings)
      .leftJoin(
        members,
        and(eq(members.tenantId, assistantSettings.tenantId), eq(members.id, assistantSettings.changedBy)),
      )
      .orderBy(desc(assistantSettings.version))
      .limit(assistantLimits.versions),
  );
  return rows.map(({ settings: { tenantId: _, changedAt, ...settings }, changedBy }) => ({
    ...settings,
    changedBy,
    changedAt: changedAt.toISOString(),
  }));
}
