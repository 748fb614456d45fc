import type { InvitationId, MemberId } from "@parley/contracts";
import { integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytes, tenantId, time } from "./columns.ts";

export const invitations = pgTable("invitations", {
  tenantId: tenantId(),
  id: uuid().$type<InvitationId>().notNull(),
  email: text().notNull(),
  role: text({ enum: ["owner", "admin", "member", "viewer"] }).notNull(),
  tokenSha256: bytes().notNull(),
  invitedBy: uuid().$type<MemberId>().notNull(),
  createdAt: time().notNull().defaultNow(),
  sentAt: time().notNull().defaultNow(),
  mails: integer().notNull().default(1),
  expiresAt: time().notNull(),
  acceptedAt: time(),
  acceptedBy: uuid().$type<MemberId>(),
  revokedAt: time(),
});
