import { isDeepStrictEqual } from "node:util";
import type { TenantTransaction } from "@parley/db";
import { sources } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { forgetValidators, nextCrawl } from "./crawl/start-crawl.ts";
import { checkNameIsFree } from "./create-source.ts";
import { lockSource } from "./lock-source.ts";
import type { ChangeSite, RenameSource } from "./source-inputs.ts";

/** @throws AppError `auth.forbidden`, `source.not_found`, `source.name_taken` */
export async function renameSource(tx: TenantTransaction, by: Actor, { sourceId, name }: RenameSource): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const { id } = await lockSource(tx, sourceId);
  await checkNameIsFree(tx, name, id);
  await tx.update(sources).set({ name }).where(eq(sources.id, id));
  await tellOfChange(tx, by, sourceId, "name");
}

/**
 * What of the site is read from now on, and how often; what was read stays until the next crawl.
 *
 * @throws AppError `auth.forbidden`, `source.not_found`; `source.wrong_kind` when it is no site
 */
export async function changeSite(tx: TenantTransaction, by: Actor, { sourceId, site }: ChangeSite): Promise<void> {
  await checkStillMay(tx, by, "knowledge.manage");
  const { id, settings } = await lockSource(tx, sourceId);
  if (!settings) throw new AppError("source.wrong_kind");
  await tx
    .update(sources)
    .set({ settings: site, nextCrawlAt: nextCrawl(site.schedule) })
    .where(eq(sources.id, id));
  if (!isDeepStrictEqual({ ...site, schedule: settings.schedule }, settings)) await forgetValidators(tx, id);
  await tellOfChange(tx, by, sourceId, "site");
}

async function tellOfChange(
  tx: TenantTransaction,
  by: Actor,
  sourceId: RenameSource["sourceId"],
  changed: "name" | "site",
): Promise<void> {
  await announce(tx, { type: "source.changed", sourceId });
  await recordAudit(tx, {
    action: "source.changed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "source", id: sourceId },
    ip: by.ip,
    details: { changed },
  });
}
