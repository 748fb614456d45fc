import * as z from "zod";
import type { Citation, Conversation, Message } from "./conversation.ts";
import { MessageText, Seq, Vote } from "./conversation.ts";
import { type ContactId, ConversationId, MessageId } from "./ids.ts";

/** Bodies of the widget's protocol over HTTP; docs/protocol.md tells it whole. */
export const StartVisit = z.strictObject({
  publishableKey: z.string().min(1).max(200),
  /** The token of an earlier visit, valid or expired: the visitor stays the same contact while it can be renewed. */
  token: z.string().max(4_096).optional(),
});
export type StartVisit = z.infer<typeof StartVisit>;

export type Visit = {
  token: string;
  /** When the token stops opening doors: start the visit again with it before that, or after. */
  expiresAt: string;
  contactId: ContactId;
  inbox: { name: string; assistantName: string; greeting: string };
  realtimeUrl: string;
};

export const OpenConversation = z.strictObject({ id: ConversationId });
export type OpenConversation = z.infer<typeof OpenConversation>;

export const PostMessage = z.strictObject({ id: MessageId, text: MessageText });
export type PostMessage = z.input<typeof PostMessage>;

export const CastVote = z.strictObject({ vote: Vote.nullable() });

export const AfterSeq = z.object({ after: z.coerce.number().pipe(Seq).default(0) });

export type MessagePage = {
  conversation: Conversation;
  /** In order of `seq`; at most `limits.messagePage`. */
  messages: Message[];
  /** False when there is more after the last one. */
  complete: boolean;
};

/** A cited passage in the version of the document that was cited. */
export type CitedPassage = Citation & {
  version: number;
  /** The document has a newer version than the cited one. */
  superseded: boolean;
  /** The document was taken out since: nothing is answered from it any more, and only what was cited is kept. */
  removed: boolean;
  /** Where the document is on the web site that it was read from; null for all others, and once it was removed. */
  address: string | null;
  /** The document's text around the passage; `textStart` is where it begins in the document. */
  text: string;
  textStart: number;
  mediaType: "text/markdown" | "text/plain";
  /** The pages of the file that the passage begins and ends on, from 1; null when it has none. */
  pages: { first: number; last: number } | null;
  /** When this version was read in. */
  readAt: string;
  verifiedAt: string;
};
