import type { SourceId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { sources } from "@parley/db/schema";
import { and, eq, isNull, ne } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { nextCrawl } from "./crawl/start-crawl.ts";
import type { CreateSource } from "./source-inputs.ts";

const sourcesOfTenant = 100;

/**
 * Makes a source without documents.
 *
 * @throws AppError `auth.forbidden`, `source.id_taken`, `source.name_taken`, `source.too_many`; `source.wrong_kind` when it is a site
 *   without settings, or has some and is none
 */
export async function createSource(
  tx: TenantTransaction,
  by: Actor,
  { id, kind, name, site }: CreateSource,
): Promise<void> {
  if ((kind === "site") !== (site !== undefined)) throw new AppError("source.wrong_kind");
  await checkStillMay(tx, by, "knowledge.manage");
  if ((await tx.$count(sources, isNull(sources.removedAt))) >= sourcesOfTenant) throw new AppError("source.too_many");
  await checkNameIsFree(tx, name);
  const [made] = await tx
    .insert(sources)
    .values({ id, kind, name, settings: site ?? null, nextCrawlAt: site ? nextCrawl(site.schedule) : null })
    .onConflictDoNothing()
    .returning({ id: sources.id });
  if (!made) {
    // Another one may have taken the name meanwhile.
    await checkNameIsFree(tx, name);
    throw new AppError("source.id_taken");
  }
  await announce(tx, { type: "source.changed", sourceId: id });
  await recordAudit(tx, {
    action: "source.created",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "source", id },
    ip: by.ip,
    details: { kind },
  });
}

/** @param but the one that may have it @throws AppError `source.name_taken` */
export async function checkNameIsFree(tx: TenantTransaction, name: string, but?: SourceId): Promise<void> {
  const taken = and(eq(sources.name, name), but && ne(sources.id, but));
  if ((await tx.$count(sources, taken)) > 0) throw new AppError("source.name_taken");
}
