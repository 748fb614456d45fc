import type { ChangeCheckMode } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { changeChecks } from "@parley/db/schema";
import { AppError } from "../app-error.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { lockCheckMode } from "../knowledge/held-changes.ts";
import { announce } from "../outbox/announce.ts";
import { type Actor, checkStillMay } from "../tenants/acting-member.ts";
import { readTestedState, type TestedBy } from "./tested-state.ts";

/**
 * Says whether changes wait to be checked before they are published.
 *
 * @throws AppError `auth.forbidden`; `changes.held` when they are to wait no more, and some do
 */
export async function chooseCheck(
  tx: TenantTransaction,
  by: Actor,
  mode: ChangeCheckMode,
  testedBy: TestedBy,
): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  await tx.insert(changeChecks).values({ mode: "off" }).onConflictDoNothing();
  // Waits for whoever is about to hold something.
  const before = await lockCheckMode(tx, "update");
  if (before === mode) return;
  if (mode === "off" && (await readTestedState(tx, testedBy, "held")).held) throw new AppError("changes.held");
  await tx.update(changeChecks).set({ mode });
  await announce(tx, { type: "tests.changed" });
  await recordAudit(tx, {
    action: "changes.check_chosen",
    actor: { kind: "member", id: by.memberId },
    ip: by.ip,
    details: { mode },
  });
}
