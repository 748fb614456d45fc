const most = 10;
const longest = 100;

/** One or more words in a line, divided by commas. */
export const wordsOf = (line: string): string[] =>
  line
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** Why a line of words can't be kept; empty when it can. */
export function describeWrongWords(line: string): string {
  const words = wordsOf(line);
  if (words.length > most) return `${most} at most: these are ${words.length}.`;
  const tooLong = words.find((word) => word.length > longest);
  return tooLong ? `“${tooLong.slice(0, 20)}…” is longer than ${longest} characters: divide it by commas.` : "";
}
