import { DocumentPath, limits, SourceId } from "@parley/contracts";
import * as z from "zod";

export const BeginUpload = z.strictObject({
  sourceId: SourceId,
  /** The file's name, or its path in the folder that was chosen; the same again is a newer version. */
  path: DocumentPath,
  sizeBytes: z.int().nonnegative().max(limits.fileBytes),
});
export type BeginUpload = z.output<typeof BeginUpload>;
