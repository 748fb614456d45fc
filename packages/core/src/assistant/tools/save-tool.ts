import { type HttpToolId, httpToolLimits, type SaveHttpTool, type TenantId } from "@parley/contracts";
import type { TenantTransaction } from "@parley/db";
import { httpTools } from "@parley/db/schema";
import { and, eq, ne } from "drizzle-orm";
import { AppError } from "../../app-error.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { announce } from "../../outbox/announce.ts";
import { type Actor, checkStillMay } from "../../tenants/acting-member.ts";
import { checkTemplate } from "./fill-address.ts";
import { handOffTool } from "./hand-off-tool.ts";
import type { ToolHeaders } from "./tool-headers.ts";
import { readToolSchema } from "./tool-schema.ts";

/**
 * Adds a tool, or changes it. A header's value stays what it was where none comes, but never goes to another host or scheme than it was
 * given for.
 *
 * @throws AppError `auth.forbidden`, `tool.schema_invalid`, `tool.address_invalid`, `tool.header_missing`, `tool.name_taken`,
 *   `tool.too_many`
 */
export async function saveTool(
  tx: TenantTransaction,
  by: Actor & { tenantId: TenantId },
  sealer: ToolHeaders,
  { id, headers, ...tool }: SaveHttpTool,
): Promise<void> {
  await checkStillMay(tx, by, "assistant.manage");
  readToolSchema(tool.parameters);
  const { host, origin } = checkTemplate(tool.url);
  const [known] = await tx.select().from(httpTools).where(eq(httpTools.id, id)).for("update");
  const place = { tenantId: by.tenantId, id, origin };
  const isKept =
    headers.some(({ value }) => value === undefined) && known && checkTemplate(known.url).origin === origin;
  const kept = (isKept && known.sealedHeaders && openKept(sealer, known.sealedHeaders, place)) || {};
  const values: Record<string, string> = {};
  for (const { name, value = kept[name] } of headers) {
    if (value === undefined) throw new AppError("tool.header_missing");
    values[name] = value;
  }
  // The assistant's own tool goes by it.
  if (tool.name === handOffTool.name) throw new AppError("tool.name_taken");
  const others = await tx
    .select({ id: httpTools.id, name: httpTools.name })
    .from(httpTools)
    .where(ne(httpTools.id, id));
  if (others.some(({ name }) => name === tool.name)) throw new AppError("tool.name_taken");
  if (!known && others.length >= httpToolLimits.tools) throw new AppError("tool.too_many");

  const headerNames = Object.keys(values);
  const row = { ...tool, headerNames, sealedHeaders: headerNames.length > 0 ? sealer.seal(values, place) : null };
  if (known) await tx.update(httpTools).set(row).where(eq(httpTools.id, id));
  else await tx.insert(httpTools).values({ id, ...row });
  await announce(tx, { type: "assistant.changed" });
  await recordAudit(tx, {
    action: known ? "http_tool.changed" : "http_tool.added",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "http_tool", id },
    ip: by.ip,
    details: { method: tool.method, host, sendsContact: tool.sendsContact, enabled: tool.enabled },
  });
}

/** Nothing when they can't be read any more, since the installation's secret has changed: they are to be given anew. */
function openKept(
  { open }: ToolHeaders,
  ...sealed: Parameters<ToolHeaders["open"]>
): Record<string, string> | undefined {
  try {
    return open(...sealed);
  } catch {
    return undefined;
  }
}

/** @throws AppError `auth.forbidden`, `tool.not_found` */
export async function removeTool(tx: TenantTransaction, by: Actor, id: HttpToolId): Promise<void> {
  await checkStillMay(tx, by, "assistant.manage");
  const [removed] = await tx
    .delete(httpTools)
    .where(and(eq(httpTools.id, id)))
    .returning({ id: httpTools.id });
  if (!removed) throw new AppError("tool.not_found");
  await announce(tx, { type: "assistant.changed" });
  await recordAudit(tx, {
    action: "http_tool.removed",
    actor: { kind: "member", id: by.memberId },
    target: { kind: "http_tool", id },
    ip: by.ip,
  });
}
