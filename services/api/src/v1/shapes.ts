import {
  AnswerOutcome,
  ChunkId,
  ContactId,
  ConversationId,
  ConversationStatus,
  DocumentId,
  DocumentState,
  DocumentVersionId,
  errorCodes,
  limits,
  MemberId,
  MessageId,
  Notice,
  SourceId,
  SourceKind,
} from "@parley/contracts";
import * as z from "zod";

// What /v1 says, and promises to go on saying: fields are added, none is taken away or changed.

const time = z.iso.datetime().describe("ISO 8601, in UTC");

export const Conversation = z
  .object({
    id: ConversationId,
    status: ConversationStatus.describe("`pending`: the assistant has it; `open`: the members have it"),
    contact: z.object({ id: ContactId, name: z.string().nullable() }),
    assignee: z.object({ id: MemberId, name: z.string() }).nullable().describe("The member who has it"),
    messageCount: z.int32().nonnegative(),
    createdAt: time,
    lastMessageAt: time,
  })
  .meta({ id: "Conversation" });

const Citation = z
  .object({
    number: z.int32().positive().describe("As in the message's text: `[1]` is number 1"),
    documentId: DocumentId,
    documentVersionId: DocumentVersionId,
    chunkId: ChunkId,
    title: z.string(),
    headingPath: z.array(z.string()),
    start: z.int().nonnegative().describe("In the text of that version, in UTF-16 code units"),
    end: z.int().positive(),
  })
  .meta({ id: "Citation" });

export const Message = z
  .object({
    id: MessageId,
    seq: z.int32().positive().describe("1, 2, 3 … within the conversation"),
    author: z.enum(["contact", "member", "assistant", "system"]),
    authorName: z.string().nullable(),
    memberId: MemberId.nullable().describe("The member who said it, or who caused the notice"),
    text: z.string(),
    notice: Notice.nullable().describe("Why a `system` message is there"),
    outcome: AnswerOutcome.nullable().describe("How the assistant's turn ended"),
    citations: z.array(Citation),
    createdAt: time,
  })
  .meta({ id: "Message" });

const VersionStatus = DocumentState.describe("`held`: read in, and not published yet");

const WaitsFor = z
  .enum(Object.keys(errorCodes))
  .nullable()
  .describe("What keeps it from being read in at the moment, as a code; it goes on by itself");

export const Document = z
  .object({
    id: DocumentId,
    source: z.string(),
    path: z.string().describe("Its place within the source"),
    title: z.string(),
    mediaType: z.enum(["text/markdown", "text/plain"]),
    version: z.int32().positive().describe("The newest"),
    status: VersionStatus.describe("Of the newest version"),
    failure: z.string().nullable().describe("Why the newest version could not be read in"),
    waitsFor: WaitsFor,
    servedVersion: z.int32().positive().nullable().describe("The one that answers rest on"),
    createdAt: time,
    changedAt: time,
  })
  .meta({ id: "Document" });

export const AddedDocument = z
  .object({
    documentId: DocumentId,
    versionId: DocumentVersionId,
    outcome: z
      .enum(["queued", "unchanged"])
      .describe("`unchanged`: the newest version is the same, and counts as verified now"),
  })
  .meta({ id: "AddedDocument" });

export const Source = z
  .object({
    id: SourceId,
    kind: SourceKind.describe("Programs send documents to sources of the kind `api`"),
    name: z.string(),
    documents: z.int32().nonnegative(),
  })
  .meta({ id: "Source" });

export const DocumentWithVersions = z
  .object({
    id: DocumentId,
    source: z.string(),
    path: z.string(),
    title: z.string(),
    currentVersionId: DocumentVersionId.nullable().describe("The one that answers rest on"),
    createdAt: time,
    versions: z
      .array(
        z.object({
          id: DocumentVersionId,
          version: z.int32().positive(),
          title: z.string(),
          status: VersionStatus,
          failure: z.string().nullable(),
          waitsFor: WaitsFor,
          createdAt: time,
          readyAt: time.nullable(),
        }),
      )
      .describe(
        `The newest first, ${limits.versionPage} at most, the one that answers rest on among them. Of a document the newest ${limits.keptVersions} are kept, and older ones that answers rest on or cite`,
      ),
    versionsComplete: z.boolean().describe("`versions` are all that are kept"),
  })
  .meta({ id: "DocumentWithVersions" });

export const Problem = z
  .object({
    type: z.string().describe("`urn:parley:problem:` and the code"),
    title: z.string().describe("For people; may change"),
    status: z.int(),
    code: z.enum(Object.keys(errorCodes)).describe("For programs: switch on this"),
    requestId: z.uuid().describe("Finds the request in the server's log"),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("Where the request is not as described"),
  })
  .meta({ id: "Problem", description: "Problem details, RFC 9457" });
export type Problem = z.output<typeof Problem>;

/** From before there is a request, so nobody knows yet that it is for /v1. */
export const TooLong = z
  .object({ error: z.object({ code: z.literal("input.too_large"), message: z.string(), requestId: z.uuid() }) })
  .meta({ id: "TooLong" });

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().describe("`cursor` of the next page; null when this is the last"),
  });

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("At most so many"),
  cursor: z.string().max(10_000).optional().describe("`nextCursor` of the page before, as it is"),
});
