/** Brackets around numbers become parentheses, so that words from elsewhere can't pass for citations of ours. */
export function disarmMarkers(text: string): string {
  return text.replace(/[[【](\s*\d[\d\s,;–-]*)[\]】]/g, "($1)");
}

/** An earlier answer's words without its citations, whose numbers mean nothing any more. */
export function withoutMarkers(text: string): string {
  return text.replace(/ ?\[\d+\]/g, "");
}
