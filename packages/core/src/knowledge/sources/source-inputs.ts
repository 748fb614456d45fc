import { NewSourceKind, SiteSettings, SourceId, SourceName } from "@parley/contracts";
import * as z from "zod";

export const CreateSource = z.strictObject({
  id: SourceId,
  kind: NewSourceKind,
  name: SourceName,
  /** Of a site, and of nothing else. */
  site: SiteSettings.optional(),
});
export type CreateSource = z.output<typeof CreateSource>;

export const RenameSource = z.strictObject({ sourceId: SourceId, name: SourceName });
export type RenameSource = z.output<typeof RenameSource>;

export const ChangeSite = z.strictObject({ sourceId: SourceId, site: SiteSettings });
export type ChangeSite = z.output<typeof ChangeSite>;
