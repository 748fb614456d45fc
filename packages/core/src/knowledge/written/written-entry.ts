import { DocumentId, entryLimits, SourceId, words } from "@parley/contracts";
import * as z from "zod";

export const SaveEntry = z.strictObject({
  /** The document's: a new one, or the one that is changed. */
  documentId: DocumentId,
  sourceId: SourceId,
  question: words(entryLimits.question).trim().min(1),
  /** Markdown. */
  answer: words(entryLimits.answer).trim().min(1),
  /** The number of the version that is changed; others that were saved meanwhile are not written over. Absent: whichever it is. */
  basedOn: z.int().positive().optional(),
});
export type SaveEntry = z.output<typeof SaveEntry>;

/** What stands between the question and its answer. */
const gap = "\n\n";

/** As a document of Markdown: the question is its heading, by which it is found. */
export function entryToMarkdown({ question, answer }: Pick<SaveEntry, "question" | "answer">) {
  const title = question.replace(/\s+/g, " ");
  return { title, text: `# ${title}${gap}${answer.replace(/\r\n?/g, "\n")}\n` };
}

/** The answer of such a document. */
export const answerOf = (text: string): string => text.slice(text.indexOf(gap) + gap.length).trimEnd();
