/** What stands before a line's words: a heading's, a list's or a quotation's mark; or a fence, or the line below a table's head. */
const lineMarks = /^[^\S\n]*(?:#{1,6} |[-*+>] |\d+[.)] |```.*$|[|:\s-]*-[|:\s-]*$)/gm;

/**
 * A message on one line: its words, without markup and without the numbers of citations. Markdown is not parsed but looked over: the
 * first view does without the parser, and a line that ends anywhere needs no more.
 */
export function previewOf(text: string): string {
  return text
    .replace(lineMarks, "")
    .replace(/(\*\*|__|`|\*)(?=\S)(.+?)\1/g, "$2")
    .replace(/!?\[([^\][]*)\]\([^()\s]*\)/g, "$1")
    .replace(/ *\[\d{1,2}\]/g, "")
    .replace(/^[^\S\n]*\|(.*)\|[^\S\n]*$/gm, (_, cells: string) => cells.replace(/\s*\|\s*/g, ", "))
    .replace(/\s+/g, " ")
    .trim();
}
