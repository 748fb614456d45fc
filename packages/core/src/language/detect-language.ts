/** How likely a language has to be, and how much likelier than English, before somebody who may write English is taken to write it. */
const likely = 0.6;
const likelierThanEnglish = 0.12;
/** More says nothing more. In UTF-16 code units. */
const readLength = 2_000;

/**
 * The language of a text by its ISO 639-1 code, of the 60 that are told apart; undefined where the text is too short or too mixed to
 * tell. A few words that might be English are not taken for anything else.
 */
export async function detectLanguage(text: string): Promise<string | undefined> {
  // It takes 90 MB: who never asks for a language doesn't load it.
  const { eld } = await import("eld/extrasmall");
  const found = eld.detect(text.slice(0, readLength));
  if (!found.language || !found.isReliable()) return undefined;
  if (found.language === "en") return "en";
  const scores = found.getScores();
  const score = scores[found.language] ?? 0;
  return score >= likely && score - (scores["en"] ?? 0) >= likelierThanEnglish ? found.language : undefined;
}
