/**
 * A list with an item a row, and in it a line a cell, which says its column's name if the first row is one of names: whatever part of
 * a table is found, it says what its cells are.
 */
export function rowsToMarkdown(rows: readonly (readonly string[])[]): string {
  const names = namesOf(rows);
  const body = names ? rows.slice(1) : rows;
  const items = body.map((row) => toItem(row, names)).filter((item) => item !== "");
  // A table of names alone still says what it would hold.
  return (items.length === 0 && names ? [toItem(names)] : items).join("");
}

function namesOf(rows: readonly (readonly string[])[]): readonly string[] | undefined {
  const [first = []] = rows;
  const given = first.filter((cell) => cell !== "");
  const areNames =
    given.length > 0 &&
    given.length >= first.length / 2 &&
    new Set(given).size === given.length &&
    given.every((cell) => cell.length <= 80 && /\p{L}/u.test(cell));
  return areNames ? first : undefined;
}

function toItem(row: readonly string[], names: readonly string[] = []): string {
  const lines: string[] = [];
  for (const [index, cell] of row.entries()) {
    const value = cell.replace(/\s+/g, " ").trim();
    if (value !== "") lines.push(escapeLine(names[index] ? `${names[index]}: ${value}` : value));
  }
  return lines.length === 0 ? "" : `- ${lines.join("\\\n  ")}\n`;
}

/** The words as they are, whatever they would mean in Markdown: within a line, and at its beginning. */
export const escapeLine = (line: string) =>
  line
    .replace(/[\\`*_[\]<>&~|#]/g, "\\$&")
    .replace(/^(?:[-+=]|\d+(?=[.)]))/, (mark) => (/\d/.test(mark) ? `${mark}\\` : `\\${mark}`));
