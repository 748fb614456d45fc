import { assistantTones, type MemberId } from "@parley/contracts";
import { boolean, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

export const assistantSettings = pgTable("assistant_settings", {
  tenantId: tenantId(),
  version: integer().notNull(),
  name: text().notNull(),
  tone: text({ enum: assistantTones }).notNull(),
  toneWords: text().notNull(),
  guidance: text().notNull(),
  unknownText: text().notNull(),
  linkHosts: text().array().notNull(),
  mayHandOff: boolean().notNull().default(false),
  restored: integer(),
  changedBy: uuid().$type<MemberId>(),
  changedAt: time().notNull().defaultNow(),
});
