import * as z from "zod";
import {
  ChunkId,
  ContactId,
  ConversationId,
  DocumentId,
  DocumentVersionId,
  MemberId,
  MessageId,
  RunId,
} from "./ids.ts";
import { limits } from "./limits.ts";

/** `pending`: the assistant has it · `open`: the members have it · `snoozed`, `resolved`: at rest. */
export const ConversationStatus = z.enum(["pending", "open", "snoozed", "resolved"]);
export type ConversationStatus = z.infer<typeof ConversationStatus>;

/** What an answer rests on: a span of one version of a document. Offsets count UTF-16 code units of that version's text. */
export const Citation = z.object({
  /** As in the answer's text: `[1]` is number 1. */
  number: z.int32().positive(),
  documentId: DocumentId,
  documentVersionId: DocumentVersionId,
  chunkId: ChunkId,
  title: z.string(),
  headingPath: z.array(z.string()),
  start: z.int().nonnegative(),
  end: z.int().positive(),
  /** When this version was last seen to be what its source says. Absent in what an older release has announced. */
  verifiedAt: z.iso.datetime().nullable().default(null),
});
export type Citation = z.infer<typeof Citation>;

/**
 * How the assistant's turn ended: with a supported answer, without knowing one, or with a failure that it admits.
 * `partial` is an answer that was cut off: its words are supported as far as they go.
 */
export const AnswerOutcome = z.enum(["answered", "unknown", "partial", "failed"]);
export type AnswerOutcome = z.infer<typeof AnswerOutcome>;

/** Whether an answer helped, as its contact says. */
export const Vote = z.enum(["up", "down"]);
export type Vote = z.infer<typeof Vote>;

/** Why a `system` message stands in the conversation. */
export const Notice = z.enum(["handed_off", "taken_over", "returned", "resolved"]);
export type Notice = z.infer<typeof Notice>;

/** The place of a message in its conversation: 1, 2, 3 …; 0 is before the first. No larger than the database takes. */
export const Seq = z.int32().nonnegative();

export const Message = z.object({
  id: MessageId,
  conversationId: ConversationId,
  /** 1, 2, 3 … within the conversation: the only cursor a client keeps. */
  seq: z.int32().positive(),
  author: z.enum(["contact", "member", "assistant", "system"]),
  /** The member's name, for `member` messages and for notices that a member caused. */
  authorName: z.string().nullable(),
  /** The same member's id: names are no one's own. Absent in what an older release has announced. */
  memberId: MemberId.nullable().default(null),
  text: z.string(),
  notice: Notice.nullable(),
  outcome: AnswerOutcome.nullable(),
  runId: RunId.nullable(),
  citations: z.array(Citation),
  /** Of the contact, on an answer; it may change later. Absent in what an older release has announced. */
  vote: Vote.nullable().default(null),
  createdAt: z.iso.datetime(),
});
export type Message = z.infer<typeof Message>;

/** A conversation as both sides may see it. */
export const Conversation = z.object({
  id: ConversationId,
  contactId: ContactId,
  status: ConversationStatus,
  /** Rises with every change of owner; whatever was begun under an older one is void. */
  ownershipEpoch: z.int().positive(),
  assignee: z.object({ id: MemberId, name: z.string() }).nullable(),
  lastSeq: z.int32().nonnegative(),
  createdAt: z.iso.datetime(),
});
export type Conversation = z.infer<typeof Conversation>;

/** What a person types: something that can be seen, whole characters, no control characters other than line breaks and tabs. */
export const MessageText = z
  .string()
  .max(limits.messageLength)
  .transform((text) =>
    text
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, "")
      .toWellFormed(),
  )
  .refine((text) => /[^\s\p{Cf}\p{Cc}]/u.test(text), "must hold something that can be read");
