import type { TenantTransaction } from "@parley/db";
import { heldSettings, members } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { announce } from "../outbox/announce.ts";
import type { Actor } from "../tenants/acting-member.ts";
import { addVersion, currentSettings, listDifferences } from "./settings/change-settings.ts";

/**
 * Puts in use what the assistant is to be called and told. Whoever calls it holds off others who may change that.
 *
 * @param by null: nobody, it passed its check
 * @returns whether something of it was held
 */
export async function publishHeldSettings(tx: TenantTransaction, by: Actor | null): Promise<boolean> {
  const [held] = await tx.delete(heldSettings).returning();
  if (!held) return false;
  const { changedBy, restored } = held;
  const whose = { memberId: by?.memberId ?? null, ip: by?.ip ?? null, changedBy };
  await addVersion(tx, whose, await currentSettings(tx), held, restored);
  return true;
}

/** What would change of it, by the names of the settings, and who wants that; null: nothing. */
export async function describeHeldSettings(tx: TenantTransaction) {
  const [row] = await tx
    .select({ held: heldSettings, changedBy: members.name })
    .from(heldSettings)
    .leftJoin(members, eq(members.id, heldSettings.changedBy));
  if (!row) return null;
  const { held, changedBy } = row;
  const changed = listDifferences(await currentSettings(tx), held);
  return { changed, changedBy, changedAt: held.changedAt.toISOString() };
}

/** @returns whether something of it was held */
export async function discardHeldSettings(tx: TenantTransaction): Promise<boolean> {
  const gone = await tx.delete(heldSettings).returning({ revision: heldSettings.revision });
  if (gone.length > 0) await announce(tx, { type: "assistant.changed" });
  return gone.length > 0;
}
