import { createHash, randomBytes } from "node:crypto";
import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import type { OnAccountEvent, Origin } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import { seconds } from "../sessions/alive.ts";
import type { Attempts, Subject } from "./attempts.ts";
import { lockedMail } from "./locked-mail.ts";

const unlockSeconds = 3600;

/** Tells a person by mail that they are locked out, and how to get in. */
export type TellLocked = (
  origin: Origin,
  user: { id: string; name: string; email: string },
  subject: Subject,
) => Promise<void>;

export const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

type Options = { db: Database; attempts: Attempts; mail: AccountMail; links: Links; onEvent: OnAccountEvent };

export function createTellLocked({ db, attempts, mail, links, onEvent }: Options): TellLocked {
  return async (origin, { id, name, email }, subject) => {
    const token = randomBytes(32).toString("base64url");
    await db.authDatabase().execute(sql`
      insert into auth.unlock (token_digest, subject, user_id, ends_at)
      values (${digestOf(token)}, ${attempts.keyOf(subject)}, ${id}, now() + ${seconds(unlockSeconds)})`);
    await onEvent({ type: "user.locked", userId: UserId.parse(id), ...origin });
    await mail.sendAlone(lockedMail({ to: email, name, url: links.unlock(token) }));
  };
}
