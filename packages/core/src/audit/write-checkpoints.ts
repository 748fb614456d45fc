import { randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import type { Database } from "@parley/db";
import { auditHeads } from "@parley/db/schema";
import type { Logger } from "@parley/platform/log";
import { gt } from "drizzle-orm";
import { deriveCheckpointKey } from "./checkpoint-key.ts";
import { firstPrevious, hashLine, writeLine } from "./checkpoint-line.ts";
import { advanceCheckpointTip, findCheckpointTip } from "./checkpoint-tip.ts";

export type CheckpointOptions = {
  db: Database;
  secret: string;
  /** Where the files are; made where there is none. */
  folder: string;
  logger: Logger;
  intervalMs?: number;
};

/** Writes where each tenant's audit log ends to a file outside the database, signed. */
export type Checkpoints = {
  /** Writes at once, and from then on every minute. */
  start(): void;
  /** Writes the ends that have moved on since the last time. @throws when the database or the folder fails */
  write(): Promise<void>;
  /** Writes once more. */
  stop(): Promise<void>;
};

/**
 * Each process has a file of its own, to which it only adds, and another one after a write that failed. The lines of all files are one chain, and the database knows its end: one
 * that is taken out is missed, and so is a file or the whole folder. The file comes first: what the database knows of is there.
 */
export function writeCheckpoints({ db, secret, folder, logger, intervalMs = 60_000 }: CheckpointOptions): Checkpoints {
  const key = deriveCheckpointKey(secret);
  const newName = () => `${new Date().toISOString().replaceAll(":", "-")}-${randomBytes(4).toString("hex")}.jsonl`;
  let name = newName();
  const written = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  async function writeNow(): Promise<void> {
    const tip = await findCheckpointTip(db);
    const heads = await db.read("system", (read) => read.select().from(auditHeads).where(gt(auditHeads.seq, 0)));
    const moved = heads.filter(({ tenantId, hash }) => written.get(tenantId) !== hash);
    if (moved.length === 0) return;
    const line = writeLine(key, {
      at: new Date().toISOString(),
      number: (tip?.number ?? 0) + 1,
      previous: tip?.hash ?? firstPrevious,
      heads: moved,
    });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(path.join(folder, name), "a", 0o600);
    try {
      await file.appendFile(`${line}\n`);
      await file.sync();
    } catch (error) {
      name = newName(); // the line may be there in part, and the next would be one with it
      throw error;
    } finally {
      await file.close();
    }
    // Where another process was quicker, the same ends come again with the next checkpoint, within the chain.
    if (!(await advanceCheckpointTip(db, tip, hashLine(line)))) return;
    for (const { tenantId, hash } of moved) written.set(tenantId, hash);
  }

  function write(): Promise<void> {
    const now = last.then(writeNow);
    last = now.catch(() => {}); // for the order alone; whoever asked gets the error
    return now;
  }
  const tell = (err: unknown) => logger.error({ err }, "the audit checkpoint could not be written");

  return {
    start() {
      timer = setInterval(() => void write().catch(tell), intervalMs);
      void write().catch(tell);
    },
    write,
    async stop() {
      clearInterval(timer);
      await write().catch(tell);
    },
  };
}
