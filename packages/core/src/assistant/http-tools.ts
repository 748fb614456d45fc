import type { ContactId, HttpToolId, TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { httpTools } from "@parley/db/schema";
import type { GuardedFetch } from "@parley/platform/http/fetch-guarded";
import { asc, eq } from "drizzle-orm";
import { AppError } from "../app-error.ts";
import { callHttpTool, type ToolResult } from "./tools/call-http-tool.ts";
import { checkTemplate } from "./tools/fill-address.ts";
import { createToolHeaders, type ToolHeaders } from "./tools/tool-headers.ts";
import { parseToolSchema, readToolSchema, type ToolSchema } from "./tools/tool-schema.ts";
import { createToolbox, type Toolbox } from "./tools/toolbox.ts";

type Row = typeof httpTools.$inferSelect;

/** A tool as members see it: of its headers, the names. */
type ListedTool = Omit<Row, "tenantId" | "sealedHeaders" | "createdAt">;

/** What tenants' own servers can be asked for. */
export type HttpTools = {
  headers: ToolHeaders;
  list(tenantId: TenantId): Promise<ListedTool[]>;
  /** What an answer to the contact may ask; undefined: nothing. Without a contact, only what asks for none. @param firstNumber as `createToolbox` */
  open(tenantId: TenantId, contactId: ContactId | undefined, firstNumber: number): Promise<Toolbox | undefined>;
  /** Asks once, as an answer would, for no contact. @param given the arguments, as JSON @throws AppError `tool.not_found`, the signal's reason */
  test(tenantId: TenantId, id: HttpToolId, given: string, signal: AbortSignal): Promise<ToolResult>;
};

const unreadable = "its headers can't be read any more, since the installation's secret has changed: give them again";

/** @param options.secret the installation's, by which headers are encrypted @param options.fetch the guarded way out */
export function createHttpTools({
  db,
  secret,
  fetch,
}: {
  db: Database;
  secret: string;
  fetch: GuardedFetch["fetch"];
}): HttpTools {
  const headers = createToolHeaders(secret);

  async function call(
    row: Row,
    given: unknown,
    options: { contactId: ContactId | undefined; signal: AbortSignal },
  ): Promise<ToolResult> {
    const opened = openHeaders(row);
    if (!opened) return { outcome: "failed", detail: unreadable, durationMs: 0 };
    const schema = findToolSchema(row.parameters);
    if (!schema) return { outcome: "failed", detail: "its schema is not taken any more: save another", durationMs: 0 };
    return callHttpTool(fetch, { ...row, headers: opened }, schema, given, options);
  }

  function openHeaders({ tenantId, id, url, sealedHeaders }: Row) {
    if (sealedHeaders === null) return {};
    try {
      return headers.open(sealedHeaders, { tenantId, id, origin: checkTemplate(url).origin });
    } catch {
      return undefined;
    }
  }

  return {
    headers,
    async list(tenantId) {
      const rows = await db.read(tenantId, (read) => read.select().from(httpTools).orderBy(asc(httpTools.name)));
      return rows.map(({ tenantId: _1, sealedHeaders: _2, createdAt: _3, ...tool }) => tool);
    },
    async open(tenantId, contactId, firstNumber) {
      const rows = await db.read(tenantId, (read) =>
        read.select().from(httpTools).where(eq(httpTools.enabled, true)).orderBy(asc(httpTools.name)),
      );
      const usable = rows
        .filter(({ sendsContact }) => !sendsContact || contactId !== undefined)
        .map((row) => ({
          name: row.name,
          description: row.description,
          schema: parseToolSchema(row.parameters),
          call: (given: unknown, signal: AbortSignal) => call(row, given, { contactId, signal }),
        }));
      return usable.length > 0 ? createToolbox(usable, firstNumber) : undefined;
    },
    async test(tenantId, id, given, signal) {
      const [row] = await db.read(tenantId, (read) => read.select().from(httpTools).where(eq(httpTools.id, id)));
      if (!row) throw new AppError("tool.not_found");
      return call(row, readJson(given), { contactId: undefined, signal });
    },
  };
}

/** It was taken when it was saved, perhaps by an older release. */
function findToolSchema(text: string): ToolSchema | undefined {
  try {
    return readToolSchema(text);
  } catch {
    return undefined;
  }
}

/** What is no JSON fits no schema. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
