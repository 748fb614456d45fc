import type { DocumentId, DocumentVersionId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { documents, documentVersions } from "@parley/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { cutBefore, frontMatterOf, segmentsOf } from "./markdown/segments.ts";
import type { MediaType } from "./passage.ts";

/** The longest page, in characters: what a browser lays out in a moment, and an answer of the api's carries with ease. */
const pageLength = 40_000;

export type DocumentText = {
  mediaType: MediaType;
  text: string;
  /** The pages of the file that begin in the text, and where, in UTF-16 code units; empty for what has no pages. */
  filePages: { number: number; start: number }[];
  /** Where the next page begins, in characters (code points) from the beginning; null on the last one. */
  next: number | null;
  /** Of the whole version, in characters. */
  length: number;
};

/**
 * A page of a version's text. A page of Markdown ends between two blocks where it can, so that each can be shown by itself; what is
 * about the document, its front matter, is left out.
 *
 * @param page.after the `next` of the page before; 0 for the first
 * @throws AppError `document.not_found`
 */
export async function getDocumentText(
  db: Database,
  tenantId: TenantId,
  { documentId, versionId, after }: { documentId: DocumentId; versionId: DocumentVersionId; after: number },
): Promise<DocumentText> {
  const { content, mediaType, pageStarts } = documentVersions;
  const before = sql`substr(${content}, 1, ${after}::integer)`;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        mediaType,
        pageStarts,
        // Page starts count UTF-16 code units, of which the characters beyond the first 65,536 have two.
        unitsBefore: sql<number>`case when ${pageStarts} is null then 0 else
          ${after}::integer + regexp_count(${before}, '[\\U00010000-\\U0010ffff]') end`,
        length: sql<number>`coalesce(char_length(${content}), 0)`,
        // A document may have 10 MB: only the page leaves the database.
        text: sql<string>`coalesce(substr(${content}, ${after}::integer + 1, ${pageLength}::integer), '')`,
      })
      .from(documentVersions)
      .innerJoin(documents, eq(documents.id, documentVersions.documentId))
      .where(and(eq(documentVersions.id, versionId), eq(documents.id, documentId), isNull(documents.removedAt))),
  );
  if (!row) throw new AppError("document.not_found");

  const isMarkdown = row.mediaType === "text/markdown";
  const rest = row.length - after;
  const end = rest <= pageLength ? row.text.length : (isMarkdown ? endOfBlocks : endOfLine)(row.text);
  const page = row.text.slice(0, end);
  const hidden = isMarkdown && after === 0 ? frontMatterOf(page).length : 0;
  return {
    mediaType: row.mediaType,
    text: page.slice(hidden),
    filePages: (row.pageStarts ?? []).flatMap((unit, index) => {
      const start = unit - row.unitsBefore;
      return start >= 0 && start < page.length ? [{ number: index + 1, start }] : [];
    }),
    next: end < row.text.length || rest > pageLength ? after + Array.from(page).length : null,
    length: row.length,
  };
}

/** Where the last part begins that the text may hold only the first half of; within a code block only if nothing else is left. */
function endOfBlocks(text: string): number {
  const parts = [...segmentsOf(text)].slice(1);
  return (parts.findLast(({ code }) => !code) ?? parts.at(-1))?.start ?? endOfLine(text);
}

function endOfLine(text: string): number {
  const end = text.lastIndexOf("\n") + 1;
  return end > text.length / 2 ? end : cutBefore(text, 0, text.length - 1);
}
