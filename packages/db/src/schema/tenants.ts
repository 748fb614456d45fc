import { type MemberId, plans, type StoredEvent, type UserId } from "@parley/contracts";
import { bigint, boolean, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { tenantId, time } from "./columns.ts";

// These tables are for queries and their types. What they are is written in ../../migrations; a test compares the two.

export const tenants = pgTable("tenants", {
  tenantId: tenantId(),
  slug: text().notNull(),
  name: text().notNull(),
  plan: text({ enum: plans }).notNull().default("standard"),
  requireSecondFactor: boolean().notNull().default(false),
  createdAt: time().notNull().defaultNow(),
});

export const members = pgTable("members", {
  tenantId: tenantId(),
  id: uuid().$type<MemberId>().notNull().defaultRandom(),
  userId: text().$type<UserId>().notNull(),
  name: text().notNull(),
  role: text({ enum: ["owner", "admin", "member", "viewer"] }).notNull(),
  createdAt: time().notNull().defaultNow(),
  removedAt: time(),
});

export const outbox = pgTable("outbox", {
  tenantId: tenantId(),
  id: bigint({ mode: "number" }).notNull().generatedAlwaysAsIdentity(),
  event: jsonb().$type<StoredEvent>().notNull(),
  createdAt: time().notNull().defaultNow(),
});
