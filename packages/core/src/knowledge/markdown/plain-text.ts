// Each of these looks at a stretch of bounded length, so that no text can make it slow.
const steps: [RegExp, string][] = [
  [/<!--[\s\S]{0,2000}?-->/g, " "],
  [/^[ \t]*(`{3,}|~{3,})[^\n]*$/gm, ""], // fences
  [/^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*$/gm, ""], // the line below a table's head
  [/!?\[([^\][\n]{0,500})\]\([^()\n]{0,1000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)/g, "$1"], // links and images
  [/\[([^\][\n]{1,500})\]\[[^\][\n]{0,200}\]/g, "$1"],
  [/<\/?[a-zA-Z][^<>\n]{0,1000}>/g, " "],
  [/[ \t]*\{#[\w-]{1,200}\}/g, ""], // a heading's anchor
  [/^[ \t]{0,20}(?:>[ \t]{0,4}){1,10}/gm, ""],
  [/^[ \t]{0,20}#{1,6}[ \t]+/gm, ""],
  [/^[ \t]{0,20}(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/gm, ""],
  [/`{1,3}([^`\n]{1,1000})`{1,3}/g, "$1"],
  [/(?<!\\)\*{1,3}(?=\S)([^*\n]{1,1000}?)(?<=[^\s\\])\*{1,3}/g, "$1"],
  [/(?<![\p{L}\p{N}_])_{1,3}(?=\S)([^_\n]{1,1000}?)(?<=\S)_{1,3}(?![\p{L}\p{N}_])/gu, "$1"],
  [/~~([^~\n]{1,1000})~~/g, "$1"],
  [/[ \t]*\|[ \t]*/g, " "],
  [/\\([!-/:-@[-`{-~])/g, "$1"],
  [/&nbsp;/g, " "],
  [/&lt;/g, "<"],
  [/&gt;/g, ">"],
  [/&quot;/g, '"'],
  [/&amp;/g, "&"],
];

/**
 * The words of a piece of Markdown, about as a reader sees them: for embedding and for the index of words, where a stray mark does
 * no harm. The text may begin or end in the middle of a construct.
 */
export function plainText(markdown: string): string {
  return steps.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), markdown);
}
