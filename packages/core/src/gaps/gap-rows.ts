import type { GapDraft, GapId, SaveGapDraft } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { gaps } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** The gap, held until the transaction ends. @throws AppError `gap.not_found`; `gap.closed` unless `evenClosed` */
export async function lockGap(tx: TenantTransaction, gapId: GapId, { evenClosed = false } = {}) {
  const [gap] = await tx.select().from(gaps).where(eq(gaps.id, gapId)).for("update");
  if (!gap) throw new AppError("gap.not_found");
  if (gap.state === "closed" && !evenClosed) throw new AppError("gap.closed");
  return gap;
}

/** That nobody's draft is written over unseen. Whoever saves the same again changes nothing. @throws AppError `gap.draft_changed` */
export function checkDraft(gap: { draft: unknown }, { draft, basedOn }: Omit<SaveGapDraft, "gapId">): void {
  const kept = gap.draft as GapDraft | null;
  if (basedOn && kept && !isSame(kept, basedOn) && !isSame(kept, draft)) throw new AppError("gap.draft_changed");
}

const isSame = (one: GapDraft, other: GapDraft) => one.question === other.question && one.answer === other.answer;
