const pieces =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{N}\p{M}]/gu;

/** About how many tokens a WordPiece model makes of the text; seldom too few. Runs through it once, without a vocabulary. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(pieces)) {
    if (/\p{N}/u.test(piece)) tokens += Math.ceil(piece.length / 3);
    else tokens += piece.length <= 8 ? 1 : Math.ceil(piece.length / 5);
  }
  return tokens;
}
