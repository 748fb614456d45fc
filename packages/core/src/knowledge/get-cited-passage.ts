import type { CitedPassage, ContactId, ConversationId, MessageId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { citations, conversations, documents, documentVersions, messages } from "@parley/db/schema";
import { and, eq } from "drizzle-orm";
import { AppError } from "../app-error.ts";

/** How much of the document is shown before a passage and behind it, in UTF-16 code units, or a little less. */
const around = 2_000;

/**
 * A passage that a message cites, in the version of the document that was cited and with the text around it.
 *
 * @param cited.contactId only a conversation of theirs counts; absent for members, who see all of the tenant's
 * @throws AppError `citation.not_found`
 */
export async function getCitedPassage(
  db: Database,
  tenantId: TenantId,
  cited: {
    conversationId: ConversationId;
    messageId: MessageId;
    number: number;
    contactId?: ContactId | undefined;
  },
): Promise<CitedPassage> {
  const { conversationId, messageId, number, contactId } = cited;
  const [row] = await db.read(tenantId, (read) =>
    read
      .select({
        citation: citations,
        documentId: documents.id,
        currentVersionId: documents.currentVersionId,
        version: documentVersions.version,
        title: documentVersions.title,
        mediaType: documentVersions.mediaType,
        content: documentVersions.content,
        readyAt: documentVersions.readyAt,
        createdAt: documentVersions.createdAt,
      })
      .from(citations)
      .innerJoin(messages, eq(messages.id, citations.messageId))
      .innerJoin(conversations, eq(conversations.id, messages.conversationId))
      .innerJoin(documentVersions, eq(documentVersions.id, citations.documentVersionId))
      .innerJoin(documents, eq(documents.id, documentVersions.documentId))
      .where(
        and(
          eq(citations.messageId, messageId),
          eq(citations.number, number),
          eq(conversations.id, conversationId),
          contactId && eq(conversations.contactId, contactId),
        ),
      ),
  );
  if (!row) throw new AppError("citation.not_found");

  const { citation, documentId, version, title, mediaType, content } = row;
  const { documentVersionId, chunkId, headingPath, startOffset: start, endOffset: end } = citation;
  const textStart = windowStart(content, start);
  return {
    number,
    documentId,
    documentVersionId,
    chunkId,
    title,
    headingPath,
    start,
    end,
    version,
    superseded: row.currentVersionId !== documentVersionId,
    text: content.slice(textStart, windowEnd(content, end)),
    textStart,
    mediaType,
    readAt: (row.readyAt ?? row.createdAt).toISOString(),
  };
}

/** Behind a blank line if there is one, else behind a line break: what is shown does not begin in the middle of something. */
function windowStart(content: string, start: number): number {
  if (start <= around) return 0;
  const from = start - around;
  const before = content.slice(from, start);
  for (const boundary of ["\n\n", "\n", " "]) {
    const found = before.indexOf(boundary);
    if (found >= 0) return from + found + boundary.length;
  }
  return start;
}

function windowEnd(content: string, end: number): number {
  if (content.length - end <= around) return content.length;
  const after = content.slice(end, end + around);
  for (const boundary of ["\n\n", "\n", " "]) {
    const found = after.lastIndexOf(boundary);
    if (found >= 0) return end + found;
  }
  return end;
}
