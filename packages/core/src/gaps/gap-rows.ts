import type { GapId } from "@parley/contracts";
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
