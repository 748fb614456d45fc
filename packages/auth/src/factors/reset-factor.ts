import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import type { OnAccountEvent } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import type { Attempts } from "../lockout/attempts.ts";
import { factorAndPasswordResetMail, factorResetMail } from "../mail/account-mails.ts";
import { lockPerson } from "../sessions/lock-person.ts";
import type { Factors } from "./factors.ts";

/** `password_ended`: reset, and the password, which is or may be too short to be asked for alone, opens nothing any more. */
export type FactorReset = "reset" | "password_ended" | "no_factor" | "no_account";

type Options = {
  db: Database;
  factors: Factors;
  attempts: Attempts;
  mail: AccountMail;
  links: Links;
  onEvent: OnAccountEvent;
};

type Row = { id: string; name: string; email: string };
type Reset = Row & { endsPassword: boolean };

/**
 * Takes the second factor from somebody who has lost it and their backup codes: an order of whoever runs the installation, who has
 * made sure that it is them. Every session of theirs ends, and a mail tells them; from then on their password is enough. One that was
 * long enough only beside the factor, or from before that was noted, is no proof alone: it ends with it, and they choose another by a link
 * that is mailed.
 *
 * @param ip where the order came from
 */
export async function resetFactor(options: Options, address: string, ip: string | null): Promise<FactorReset> {
  const { db, factors, attempts, mail, links, onEvent } = options;
  const email = address.trim().toLowerCase();
  const outcome = await db.transaction("auth", async (tx): Promise<Reset | FactorReset> => {
    const { rows } = await tx.execute<Row>(sql`
      select id, name, email from auth."user" where email = ${email}`);
    const [user] = rows;
    if (!user || !(await lockPerson(tx, user.id))) return "no_account";
    // The account before the factor, as a sign-in locks them.
    await tx.execute(sql`select 1 from auth.account where user_id = ${user.id} for update`);
    if (!(await factors.remove(tx, user.id))) return "no_factor";
    // Who is half signed in as well. The challenge first: whoever is just making a session of one has it by then, or comes too late.
    for (const table of ["challenge", "session"])
      await tx.execute(sql`delete from auth.${sql.identifier(table)} where user_id = ${user.id}`);
    // After the factor is gone, so that no password that is chosen meanwhile counts on it.
    const ended = await tx.execute(sql`
      update auth.account set password = null, password_short = false, updated_at = now()
      where user_id = ${user.id} and provider_id = 'credential' and password_short returning 1`);
    const endsPassword = ended.rows.length > 0;
    const write = endsPassword ? factorAndPasswordResetMail : factorResetMail;
    await mail.send(tx, write({ to: user.email, name: user.name, url: links.forgotPassword }));
    return { ...user, endsPassword };
  });
  if (typeof outcome === "string") return outcome;
  await attempts.clear({ kind: "factor", of: outcome.id });
  await onEvent({ type: "factor.reset", userId: UserId.parse(outcome.id), ip, userAgent: null });
  return outcome.endsPassword ? "password_ended" : "reset";
}
