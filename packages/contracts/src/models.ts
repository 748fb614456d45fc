import * as z from "zod";

/** Whose protocol a provider of language models speaks. */
export const ModelProviderKind = z.enum(["openai", "anthropic", "google", "openai-compatible"]);
export type ModelProviderKind = z.infer<typeof ModelProviderKind>;

/** How sure a cheaper answer has to be before a dearer one is asked for. */
export const AnswerQuality = z.enum(["economical", "balanced", "best"]);
export type AnswerQuality = z.infer<typeof AnswerQuality>;

/** Why an answer began where it did, for its receipt. */
export type RouteNote = {
  quality: AnswerQuality;
  /** The level of the tier that was asked first; 0 is the built-in answerer. */
  level: number;
  because:
    | "no_model"
    | "budget"
    | "built_in_is_sure"
    | "only_tier"
    | "best_wanted"
    | "not_estimated"
    | "expected_right";
  /** How sure the built-in answerer is, above what it needs to answer; null where nothing can be quoted. */
  evidence: number | null;
  /** The best model, by which the saving is measured; null when there is none. */
  largeModel: string | null;
  /** How likely each tier is to be right; empty where that was not asked. */
  expected: { level: number; right: number }[];
};
