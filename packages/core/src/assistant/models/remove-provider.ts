import type { ModelProviderId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { modelProviders } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { forgetUnchangedModels } from "../held-models.ts";

/** Removes a provider with its key and its models; receipts keep their names. @throws AppError `auth.forbidden`, `model_provider.not_found` */
export async function removeProvider(tx: TenantTransaction, by: Actor, id: ModelProviderId): Promise<void> {
  await checkStillMay(tx, by, "models.manage");
  const [removed] = await tx
    .delete(modelProviders)
    .where(eq(modelProviders.id, id))
    .returning({ kind: modelProviders.kind });
  if (!removed) throw new AppError("model_provider.not_found");
  // What waited may have been models of it alone.
  await forgetUnchangedModels(tx);
  await announce(tx, { type: "assistant.changed" });
  await recordAudit(tx, {
    action: "model_provider.removed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "model_provider", id },
    ip: by.ip,
    details: { kind: removed.kind },
  });
}
