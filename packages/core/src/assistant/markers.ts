const marker = /[[【](\s*\d[\d\s,;–-]*)[\]】]/g;

/** Brackets around numbers become parentheses, so that words from elsewhere can't pass for citations of ours. */
export function disarmMarkers(text: string): string {
  return text.replace(marker, "($1)");
}

/** The same, but for code, in which brackets are just brackets to whoever shows the text. */
export function disarmMarkersInProse(text: string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((part, index) => (index % 2 === 0 ? disarmMarkers(part) : part))
    .join("");
}

/** An earlier answer's words without its citations, whose numbers mean nothing any more. */
export function withoutMarkers(text: string): string {
  return text.replace(/ ?\[\d+\]/g, "");
}
