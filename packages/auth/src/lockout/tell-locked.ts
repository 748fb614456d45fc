import { createHash, randomBytes } from "node:crypto";
import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import type { OnAccountEvent, Origin } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import { seconds } from "../sessions/alive.ts";
import type { Attempts, Subject } from "./attempts.ts";
import { confirmationLockedMail, lockedMail } from "./locked-mail.ts";

const unlockSeconds = 3600;

/**
 * Tells a person by mail that they are locked out, and how to get in; once for each lock, and not before there is one. Where that fails
 * nobody was told, so whoever tries next gives another occasion. Where the subject is nobody's as much is asked.
 */
export type TellLocked = (
  origin: Origin,
  user: { id: string; name: string; email: string } | undefined,
  subject: Subject,
) => Promise<void>;

export const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

type Options = { db: Database; attempts: Attempts; mail: AccountMail; links: Links; onEvent: OnAccountEvent };

export function createTellLocked({ db, attempts, mail, links, onEvent }: Options): TellLocked {
  return async (origin, user, subject) => {
    const token = randomBytes(32).toString("base64url");
    const userId = await db.transaction("auth", async (tx) => {
      if (!(await attempts.isNewlyLocked(tx, subject)) || !user) return undefined;
      const { id, name, email } = user;
      await tx.execute(sql`
        insert into auth.unlock (token_digest, subject, user_id, ends_at)
        values (${digestOf(token)}, ${attempts.keyOf(subject)}, ${id}, now() + ${seconds(unlockSeconds)})`);
      const write = subject.kind === "confirmation" ? confirmationLockedMail : lockedMail;
      await mail.send(tx, write({ to: email, name, url: links.unlock(token) }));
      return UserId.parse(id);
    });
    if (userId) await onEvent({ type: "user.locked", userId, ...origin });
  };
}
