import * as z from "zod";

export const TenantId = z.uuid().brand<"TenantId">();
export type TenantId = z.infer<typeof TenantId>;
export const InboxId = z.uuid().brand<"InboxId">();
export type InboxId = z.infer<typeof InboxId>;
export const ContactId = z.uuid().brand<"ContactId">();
export type ContactId = z.infer<typeof ContactId>;
export const MemberId = z.uuid().brand<"MemberId">();
export type MemberId = z.infer<typeof MemberId>;
/** A login, of the accounts' own schema; a member is that user's place in one tenant. */
export const UserId = z.string().min(1).max(64).brand<"UserId">();
export type UserId = z.infer<typeof UserId>;
export const ConversationId = z.uuid().brand<"ConversationId">();
export type ConversationId = z.infer<typeof ConversationId>;
export const MessageId = z.uuid().brand<"MessageId">();
export type MessageId = z.infer<typeof MessageId>;
export const ApiKeyId = z.uuid().brand<"ApiKeyId">();
export type ApiKeyId = z.infer<typeof ApiKeyId>;
export const RunId = z.uuid().brand<"RunId">();
export type RunId = z.infer<typeof RunId>;
export const SourceId = z.uuid().brand<"SourceId">();
export type SourceId = z.infer<typeof SourceId>;
export const DocumentId = z.uuid().brand<"DocumentId">();
export type DocumentId = z.infer<typeof DocumentId>;
export const DocumentVersionId = z.uuid().brand<"DocumentVersionId">();
export type DocumentVersionId = z.infer<typeof DocumentVersionId>;
export const ChunkId = z.uuid().brand<"ChunkId">();
export type ChunkId = z.infer<typeof ChunkId>;
