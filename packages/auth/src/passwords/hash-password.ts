import { hash, verify } from "@node-rs/argon2";
import { APIError } from "better-auth/api";
import pLimit from "p-limit";

/** OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, 2 passes, 1 lane. The library's enum can't be imported: 2 is Argon2id. */
const argon2id = {
  algorithm: 2,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

/** Hashes under way in this process: as many as there are threads for them, so that memory and other work keep their share. */
const atOnce = pLimit(4);
/** Whoever comes when so many wait is told to come back: a queue that grows without end serves nobody. */
const mostWaiting = 200;

/** @throws APIError 503 when too many wait */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (atOnce.pendingCount >= mostWaiting) {
    throw new APIError("SERVICE_UNAVAILABLE", { code: "service.busy", message: "Try again shortly." });
  }
  return atOnce(work);
}

/**
 * The same characters give the same password, however a keyboard composes them: NFKC, before length is counted and before hashing.
 * Argon2 reads all of it, however long.
 */
export function normalise(password: string): string {
  return password.normalize("NFKC");
}

export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normalise(password), argon2id));
}

export async function verifyPassword({ hash: known, password }: { hash: string; password: string }): Promise<boolean> {
  return inTurn(() => verify(known, normalise(password)));
}
