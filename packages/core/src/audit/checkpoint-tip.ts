import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";

/** The newest checkpoint that the database knows of: `number` is how many there were, `hash` the SHA-256 of its line. */
export type CheckpointTip = { number: number; hash: string };

/** @returns undefined while there was none */
export async function findCheckpointTip(db: Database): Promise<CheckpointTip | undefined> {
  const { rows } = await db.read("system", (read) =>
    read.execute<{ number: string; hash: string }>(sql`select number, hash from app.audit_checkpoint`),
  );
  const [row] = rows;
  return row && { number: Number(row.number), hash: row.hash };
}

/**
 * Makes the database know of one checkpoint more.
 *
 * @param former what the new one follows
 * @returns false when another process has written one meanwhile
 */
export async function advanceCheckpointTip(
  db: Database,
  former: CheckpointTip | undefined,
  hash: string,
): Promise<boolean> {
  const { rows } = await db.transaction("system", (tx) =>
    tx.execute(
      former
        ? sql`update app.audit_checkpoint set number = number + 1, hash = ${hash}
            where number = ${former.number} and hash = ${former.hash} returning number`
        : sql`insert into app.audit_checkpoint (number, hash) values (1, ${hash}) on conflict do nothing returning number`,
    ),
  );
  return rows.length > 0;
}
