import * as z from "zod";
import { GapId } from "./ids.ts";
import { entryLimits } from "./sources.ts";
import { words } from "./words.ts";

/** `drafted`: an article is being written · `closed`: it is published · `ignored`: nobody wants to answer it. */
export const GapState = z.enum(["open", "drafted", "closed", "ignored"]);
export type GapState = z.infer<typeof GapState>;

export const mostGapsListed = 200;

/** An article that answers one question: it becomes an entry. Its answer may be empty while it is being written. */
export const GapDraft = z.strictObject({
  question: words(entryLimits.question).refine((text) => text.trim() !== "", "must hold something"),
  answer: words(entryLimits.answer),
});
export type GapDraft = z.infer<typeof GapDraft>;

/** `basedOn`: the draft that is changed, as it was known; another one that was saved meanwhile is not written over. Absent: whichever it is. */
export const SaveGapDraft = z.strictObject({ gapId: GapId, draft: GapDraft, basedOn: GapDraft.optional() });
export type SaveGapDraft = z.infer<typeof SaveGapDraft>;
