/**
 * Cuts a text at its citation markers: `[2]` becomes the number 2 when `isCited(2)`, and stays text otherwise.
 * The space before a marker goes, so that the number follows what it supports.
 */
export function splitCitations(text: string, isCited: (number: number) => boolean): (string | number)[] {
  const parts: (string | number)[] = [];
  let done = 0;
  for (const match of text.matchAll(/ ?\[(\d{1,3})\]/g)) {
    const number = Number(match[1]);
    if (!isCited(number)) continue;
    if (match.index > done) parts.push(text.slice(done, match.index));
    parts.push(number);
    done = match.index + match[0].length;
  }
  if (done < text.length) parts.push(text.slice(done));
  return parts;
}
