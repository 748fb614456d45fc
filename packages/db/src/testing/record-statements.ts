import type { TenantId } from "@parley/contracts";
import { sql } from "drizzle-orm";
import pg from "pg";
import type { Database } from "../database.ts";

type Sender = (this: unknown, statement: string | { text: string }, ...more: unknown[]) => unknown;

/** Keeps the text of every statement that this process sends to PostgreSQL from now on; values that go beside the text are no part of it. */
export function recordStatements(): string[] {
  const texts: string[] = [];
  const { prototype } = (pg as unknown as { Connection: { prototype: Record<"parse" | "query", Sender> } }).Connection;
  for (const method of ["parse", "query"] as const) {
    const send = prototype[method];
    prototype[method] = function (statement, ...more) {
      texts.push(typeof statement === "string" ? statement : statement.text);
      return send.call(this, statement, ...more);
    };
  }
  return texts;
}

/** A statement with words in its text, as nothing of ours may send one. */
export async function sendCarelessly(db: Database, tenantId: TenantId, words: string): Promise<void> {
  await db.read(tenantId, (read) => read.execute(sql.raw(`select '${words}'`)));
}
