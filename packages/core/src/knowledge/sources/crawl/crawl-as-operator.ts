import { isDeepStrictEqual } from "node:util";
import { SiteSettings, type SourceId, SourceName } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { documents, sources } from "@parley/db/schema";
import { and, eq, isNotNull, isNull } from "drizzle-orm";
import * as z from "zod";
import { AppError } from "../../../app-error.ts";
import { recordAudit } from "../../../audit/record-audit.ts";
import { announce } from "../../../outbox/announce.ts";
import type { KnowledgeJobs } from "../../jobs.ts";
import type { SourceRow } from "../lock-source.ts";
import { forgetValidators, startCrawl } from "./start-crawl.ts";

/** A site to be read, and the source that its pages are listed under. How often a source is read by itself stays as members chose. */
export const OperatorsSite = z.strictObject({ source: SourceName, site: SiteSettings.omit({ schedule: true }) });
export type OperatorsSite = z.output<typeof OperatorsSite>;

/**
 * Begins to read a site for whoever runs the installation, in the source of that name, which is made when there is none; where it is
 * being read just so already, that goes on. The tenant's audit log tells of a source that is new or is read otherwise from now on.
 *
 * @param ip where the request came from; null on the installation's own machine
 * @throws AppError `source.wrong_kind` when the source is no site; `crawl.under_way` when it is being read otherwise
 */
export async function crawlAsOperator(
  tx: TenantTransaction,
  jobs: Pick<KnowledgeJobs, "send">,
  asked: OperatorsSite,
  ip: string | null,
): Promise<{ sourceId: SourceId }> {
  const { row, did } = await ensureSite(tx, asked);
  if (!(await startCrawl(tx, jobs, row)) && did) throw new AppError("crawl.under_way");
  if (did) {
    await announce(tx, { type: "source.changed", sourceId: row.id });
    await recordAudit(tx, {
      action: `source.${did}`,
      actor: { kind: "operator", id: null },
      target: { kind: "source", id: row.id },
      ip,
      details: did === "created" ? { kind: "site" } : { changed: "site" },
    });
  }
  return { sourceId: row.id };
}

async function ensureSite(
  tx: TenantTransaction,
  { source: name, site }: OperatorsSite,
): Promise<{ row: SourceRow; did?: "created" | "changed" }> {
  const isIt = and(eq(sources.name, name), isNull(sources.removedAt));
  const find = () => tx.select().from(sources).where(isIt).for("no key update");
  let [known] = await find();
  if (!known) {
    const settings = SiteSettings.parse(site);
    const [made] = await tx.insert(sources).values({ kind: "site", name, settings }).onConflictDoNothing().returning();
    if (made) return { row: made, did: "created" };
    [known] = await find();
  }
  if (!known || !(known.settings || (await holdsPagesAlone(tx, known)))) throw new AppError("source.wrong_kind");
  const settings = { ...site, schedule: known.settings?.schedule ?? "off" };
  if (isDeepStrictEqual(settings, known.settings)) return { row: known };
  const [changed] = await tx
    .update(sources)
    .set({ kind: "site", settings })
    .where(eq(sources.id, known.id))
    .returning();
  if (!changed) throw new Error("a locked source is not there");
  await forgetValidators(tx, known.id);
  return { row: changed, did: "changed" };
}

/** Whether it is a folder only since its pages were read before sites were a kind of source. */
async function holdsPagesAlone(tx: TenantTransaction, { id, kind }: SourceRow): Promise<boolean> {
  const isIn = and(eq(documents.sourceId, id), isNull(documents.removedAt));
  const isPage = isNotNull(documents.fetched);
  const pages = await tx.$count(documents, and(isIn, isPage));
  return kind === "folder" && pages > 0 && pages === (await tx.$count(documents, isIn));
}
