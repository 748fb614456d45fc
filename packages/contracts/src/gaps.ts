import * as z from "zod";
import { MessageText } from "./conversation.ts";
import { GapId } from "./ids.ts";

/** `drafted`: an article is being written · `closed`: it is published · `ignored`: nobody wants to answer it. */
export const GapState = z.enum(["open", "drafted", "closed", "ignored"]);
export type GapState = z.infer<typeof GapState>;

/** An article that answers one question. It may be empty while it is being written. */
export const GapDraft = z.strictObject({
  question: MessageText,
  answer: z.string().max(20_000),
});
export type GapDraft = z.infer<typeof GapDraft>;

export const SaveGapDraft = z.strictObject({ gapId: GapId, draft: GapDraft });
