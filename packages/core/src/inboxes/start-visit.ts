import { randomUUID } from "node:crypto";
import { AuthError, recogniseVisitor, signVisitorToken } from "@parley/auth";
import { ContactId, type StartVisit, type Visit } from "@parley/contracts";
import type { Database } from "@parley/db";
import { inboxes } from "@parley/db/schema";
import { eq } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { readSettings } from "../assistant/read-settings.ts";
import { tenantOfKey } from "./publishable-key.ts";

/**
 * Begins a visit, or goes on with an earlier one: whoever shows a token of this inbox and origin stays the same contact.
 *
 * @param origin of the page, as the browser says it
 * @throws AppError `inbox.not_found`; `origin.not_allowed` when the inbox doesn't list the origin
 */
export async function startVisit(
  { db, secret, realtimeUrl }: { db: Database; secret: string; realtimeUrl: string },
  origin: string | undefined,
  { publishableKey, token }: StartVisit,
): Promise<Visit> {
  const tenantId = tenantOfKey(publishableKey);
  const [inbox] = tenantId
    ? await db.read(tenantId, (read) => read.select().from(inboxes).where(eq(inboxes.publishableKey, publishableKey)))
    : [];
  if (!tenantId || !inbox) throw new AppError("inbox.not_found");
  if (!origin || !inbox.allowedOrigins.includes(origin)) throw new AppError("origin.not_allowed");

  const now = await db.now();
  const known = token ? await recognise(secret, token, now) : undefined;
  const same = known?.tenantId === tenantId && known.inboxId === inbox.id && known.origin === origin;
  const contactId = same ? known.contactId : ContactId.parse(randomUUID());
  const signed = await signVisitorToken(secret, { tenantId, inboxId: inbox.id, contactId, origin }, now);
  const { name: assistantName } = await readSettings(db, tenantId);
  return {
    token: signed.token,
    expiresAt: signed.expiresAt.toISOString(),
    contactId,
    inbox: {
      name: inbox.name,
      assistantName: assistantName || inbox.assistantName,
      greeting: inbox.greeting,
    },
    realtimeUrl,
  };
}

async function recognise(secret: string, token: string, now: Date) {
  try {
    return await recogniseVisitor(secret, token, now);
  } catch (error) {
    // Too old, or not ours: the visitor is somebody new.
    if (error instanceof AuthError) return undefined;
    throw error;
  }
}
