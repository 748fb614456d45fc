import type { CitedPassage, ContactId, ConversationId, MessageId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { citations, conversations, documents, documentVersions, messages } from "@parley/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { pagesOf } from "../knowledge/page-at.ts";
import { pageOfSite } from "../knowledge/page-of-site.ts";
import { verifiedAtOf } from "../knowledge/verified-at.ts";

/** How much of the document is shown before and after a passage, in UTF-16 code units; less where a line ends. */
const surroundings = 4_000;

/**
 * What a citation stands for: the passage, in the version of the document that was cited, with the text around it.
 *
 * @param citation.contactId whose conversation it must be; any of the tenant's when absent
 * @throws AppError `citation.not_found`
 */
export async function getCitedPassage(
  db: Database,
  tenantId: TenantId,
  citation: {
    conversationId: ConversationId;
    contactId?: ContactId | undefined;
    messageId: MessageId;
    number: number;
  },
): Promise<CitedPassage> {
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        cited: citations,
        document: {
          id: documents.id,
          path: documents.path,
          fetched: documents.fetched,
          currentVersionId: documents.currentVersionId,
          removedAt: documents.removedAt,
        },
        version: documentVersions,
        verifiedAt: verifiedAtOf(sql`${documentVersions}`),
      })
      .from(citations)
      .innerJoin(messages, and(eq(messages.tenantId, citations.tenantId), eq(messages.id, citations.messageId)))
      .innerJoin(
        conversations,
        and(eq(conversations.tenantId, messages.tenantId), eq(conversations.id, messages.conversationId)),
      )
      .innerJoin(
        documentVersions,
        and(eq(documentVersions.tenantId, citations.tenantId), eq(documentVersions.id, citations.documentVersionId)),
      )
      .innerJoin(
        documents,
        and(eq(documents.tenantId, documentVersions.tenantId), eq(documents.id, documentVersions.documentId)),
      )
      .where(
        and(
          eq(citations.messageId, citation.messageId),
          eq(citations.number, citation.number),
          eq(conversations.id, citation.conversationId),
          citation.contactId && eq(conversations.contactId, citation.contactId),
        ),
      ),
  );
  if (!row) throw new AppError("citation.not_found");
  const { cited, document, version, verifiedAt } = row;
  // What is cited was read.
  const content = version.content ?? "";
  const textStart = lineStart(content, cited.startOffset - surroundings);
  const textEnd = lineEnd(content, cited.endOffset + surroundings);
  return {
    number: cited.number,
    documentId: document.id,
    documentVersionId: version.id,
    chunkId: cited.chunkId,
    title: version.title,
    headingPath: cited.headingPath,
    start: cited.startOffset,
    end: cited.endOffset,
    verifiedAt,
    version: version.version,
    superseded: document.removedAt === null && document.currentVersionId !== version.id,
    removed: document.removedAt !== null,
    address: document.removedAt === null ? pageOfSite(document) : null,
    // A cut may fall between the two halves of a character.
    text: content.slice(textStart, textEnd).toWellFormed(),
    textStart,
    mediaType: version.mediaType,
    pages: pagesOf(version.pageStarts, { start: cited.startOffset, end: cited.endOffset }),
    readAt: (version.readyAt ?? version.createdAt).toISOString(),
  };
}

/** Where the line begins that `offset` stands in; a line without end is cut. */
function lineStart(text: string, offset: number): number {
  if (offset <= 0) return 0;
  return Math.max(text.lastIndexOf("\n", offset - 1) + 1, offset - surroundings);
}

/** Where the line ends that `offset` stands in; a line without end is cut. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return Math.min(end === -1 ? text.length : end, offset + surroundings);
}
