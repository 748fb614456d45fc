import { SourceId, TenantId } from "@parley/contracts";
import * as z from "zod";

/** To go on with a crawl. */
export const CrawlOrder = z.object({ tenantId: TenantId, sourceId: SourceId, crawlId: z.uuid() });
export type CrawlOrder = z.infer<typeof CrawlOrder>;
