import { type AssistantSettings, defaultAssistantSettings, type MemberId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { assistantSettings, heldSettings } from "@parley/db/schema";
import { desc, eq } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { areChangesChecked } from "../../knowledge/held-changes.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { heldSettingsSeen } from "../read-settings.ts";

const fields = ["name", "tone", "toneWords", "guidance", "unknownText", "linkHosts", "mayHandOff"] as const;

/** What somebody looked at before they changed it: nobody changes what somebody else has just made of it. */
type Seen = {
  /** The version in use. */
  basedOn: number;
  /** What was held beside it; undefined: nothing. */
  basedOnHeld?: string | undefined;
};

/**
 * Adds a version of the assistant's settings, which answers go by from now on; the former ones stay. What is so already changes nothing.
 * Where changes are checked before they are published, it is held instead, in the place of what was.
 *
 * @returns the version in use
 * @throws AppError `auth.forbidden`, `assistant.settings_changed`
 */
export async function changeSettings(
  tx: TenantTransaction,
  by: Actor,
  { settings, ...seen }: Seen & { settings: AssistantSettings },
): Promise<{ version: number }> {
  const current = await lockSettings(tx, by, seen);
  return use(tx, by, current, settings);
}

/**
 * Brings a former version's settings back, as a new version; 0 is what was there before anybody changed anything.
 *
 * @throws AppError `auth.forbidden`, `assistant.settings_changed`, `assistant.version_not_found`
 */
export async function restoreSettings(
  tx: TenantTransaction,
  by: Actor,
  { version, ...seen }: Seen & { version: number },
): Promise<{ version: number }> {
  const current = await lockSettings(tx, by, seen);
  if (version === 0) return use(tx, by, current, defaultAssistantSettings);
  const [former] = await tx.select().from(assistantSettings).where(eq(assistantSettings.version, version));
  if (!former) throw new AppError("assistant.version_not_found");
  return use(tx, by, current, former, version);
}

type Current = AssistantSettings & { version: number };

/** The settings in use. Nobody else changes them until the transaction ends: whoever may is asked one at a time. */
async function lockSettings(tx: TenantTransaction, by: Actor, { basedOn, basedOnHeld }: Seen): Promise<Current> {
  await checkStillMay(tx, by, "assistant.manage");
  const current = await currentSettings(tx);
  const [held] = await tx.select({ seen: heldSettingsSeen }).from(heldSettings);
  const isAsSeen = current.version === basedOn && held?.seen === basedOnHeld;
  if (!isAsSeen) throw new AppError("assistant.settings_changed");
  return current;
}

/** Those in use. */
export async function currentSettings(tx: TenantTransaction): Promise<Current> {
  const [row] = await tx.select().from(assistantSettings).orderBy(desc(assistantSettings.version)).limit(1);
  return row ?? { version: 0, ...defaultAssistantSettings };
}

/** At once, or once it is checked. */
async function use(
  tx: TenantTransaction,
  by: Actor,
  current: Current,
  wanted: AssistantSettings,
  restored: number | null = null,
): Promise<{ version: number }> {
  if (!(await areChangesChecked(tx)))
    return addVersion(tx, { ...by, changedBy: by.memberId }, current, wanted, restored);
  const [former] = await tx.delete(heldSettings).returning({ revision: heldSettings.revision });
  if (listDifferences(current, wanted).length > 0) {
    const { name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = wanted;
    const texts = { name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff };
    await tx
      .insert(heldSettings)
      .values({ ...texts, revision: (former?.revision ?? 0) + 1, restored, changedBy: by.memberId });
  }
  await announce(tx, { type: "assistant.changed" });
  return { version: current.version };
}

export const listDifferences = (current: AssistantSettings, wanted: AssistantSettings) =>
  fields.filter((field) => String(wanted[field]) !== String(current[field]));

/** @param by who has it put in use, null: nobody, it passed its check; and who wrote it */
export async function addVersion(
  tx: TenantTransaction,
  { memberId, ip, changedBy }: { memberId: MemberId | null; ip: string | null; changedBy: MemberId | null },
  current: Current,
  wanted: AssistantSettings,
  restored: number | null,
): Promise<{ version: number }> {
  const changed = listDifferences(current, wanted);
  if (changed.length === 0) return { version: current.version };
  const { name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff } = wanted;
  const version = current.version + 1;
  await tx.insert(assistantSettings).values({
    version,
    ...{ name, tone, toneWords, guidance, unknownText, linkHosts, mayHandOff },
    restored,
    changedBy,
  });
  await recordAudit(tx, {
    action: "assistant.changed",
    actor: { kind: memberId ? "member" : "system", id: memberId },
    target: { kind: "assistant_settings", id: String(version) },
    ip,
    details: { changed: changed.join(" "), restored },
  });
  await announce(tx, { type: "assistant.changed" });
  return { version };
}
