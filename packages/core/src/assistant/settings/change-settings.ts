import { type AssistantSettings, defaultAssistantSettings } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { assistantSettings } from "@parley/db/schema";
import { desc, eq } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";

const fields = ["name", "tone", "toneWords", "guidance", "unknownText", "linkHosts", "mayHandOff"] as const;

/**
 * Adds a version of the assistant's settings, which answers go by from now on; the former ones stay. What is so already changes nothing.
 *
 * @param change.basedOn the version that was looked at: nobody changes what somebody else has just made of it
 * @returns the version in use
 * @throws AppError `auth.forbidden`, `assistant.settings_changed`
 */
export async function changeSettings(
  tx: TenantTransaction,
  by: Actor,
  { basedOn, settings }: { basedOn: number; settings: AssistantSettings },
): Promise<{ version: number }> {
  const current = await lockSettings(tx, by, basedOn);
  return add(tx, by, current, settings);
}

/**
 * Brings a former version's settings back, as a new version; 0 is what was there before anybody changed anything.
 *
 * @throws AppError `auth.forbidden`, `assistant.settings_changed`, `assistant.version_not_found`
 */
export async function restoreSettings(
  tx: TenantTransaction,
  by: Actor,
  { basedOn, version }: { basedOn: number; version: number },
): Promise<{ version: number }> {
  const current = await lockSettings(tx, by, basedOn);
  if (version === 0) return add(tx, by, current, defaultAssistantSettings);
  const [former] = await tx.select().from(assistantSettings).where(eq(assistantSettings.version, version));
  if (!former) throw new AppError("assistant.version_not_found");
  return add(tx, by, current, former, version);
}

type Current = AssistantSettings & { version: number };

/** The settings in use. Nobody else changes them until the transaction ends: whoever may is asked one at a time. */
async function lockSettings(tx: TenantTransaction, by: Actor, basedOn: number): Promise<Current> {
  await checkStillMay(tx, by, "assistant.manage");
  const [row] = await tx.select().from(assistantSettings).orderBy(desc(assistantSettings.version)).limit(1);
  const current = row ?? { version: 0, ...defaultAssistantSettings };
  if (current.version !== basedOn) throw new AppError("assistant.settings_changed");
  return current;
}

async function add(
  tx: TenantTransaction,
  by: Actor,
  current: Current,
  wanted: AssistantSettings,
  restored: number | null = null,
): Promise<{ version: number }> {
  const changed = fields.filter((field) => String(wanted[field]) !== String(current[field]));
  if (changed.length === 0) return { version: current.version };
  const { name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = wanted;
  const version = current.version + 1;
  await tx.insert(assistantSettings).values({
    version,
    ...{ name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff },
    restored,
    changedBy: by.memberId,
  });
  await recordAudit(tx, {
    action: "assistant.changed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "assistant_settings", id: String(version) },
    ip: by.ip,
    details: { changed: changed.join(" "), restored },
  });
  await announce(tx, { type: "assistant.changed" });
  return { version };
}
