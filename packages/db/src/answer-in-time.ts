import type pg from "pg";
import { DatabaseError } from "./database-error.ts";

/**
 * Waits for what the server answers. When it keeps silent for too long, the network between has died without a word: the connection is
 * broken on this side, so that whoever waits is told, and the next one gets another.
 *
 * @param timeoutMs 0 waits for as long as it takes
 * @throws DatabaseError `database.busy` after the silence; what `answer` rejects with
 */
export async function answerInTime<T>(client: pg.PoolClient, answer: Promise<T>, timeoutMs: number): Promise<T> {
  if (timeoutMs === 0) return answer;
  let silent = false;
  const tooLong = setTimeout(() => {
    silent = true;
    streamOf(client).destroy(new Error(`The database has kept silent for ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await answer;
  } catch (error) {
    throw silent ? new DatabaseError("database.busy", { cause: error }) : error;
  } finally {
    clearTimeout(tooLong);
  }
}

/** The driver's types leave its socket out. */
function streamOf(client: pg.PoolClient): { destroy(error: Error): void } {
  return (client as unknown as { connection: { stream: { destroy(error: Error): void } } }).connection.stream;
}
