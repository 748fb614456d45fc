import { UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { sql } from "drizzle-orm";
import type { OnAccountEvent } from "../account-events.ts";
import type { AccountMail, Links } from "../account-mail.ts";
import type { Attempts } from "../lockout/attempts.ts";
import { factorResetMail } from "../mail/account-mails.ts";
import type { Factors } from "./factors.ts";

export type FactorReset = "reset" | "no_factor" | "no_account";

type Options = {
  db: Database;
  factors: Factors;
  attempts: Attempts;
  mail: AccountMail;
  links: Links;
  onEvent: OnAccountEvent;
};

type Row = { id: string; name: string; email: string };

/**
 * Takes the second factor from somebody who has lost it and their backup codes: an order of whoever runs the installation, who has
 * made sure that it is them. Every session of theirs ends, and a mail tells them; from then on their password is enough.
 */
export async function resetFactor(options: Options, address: string): Promise<FactorReset> {
  const { db, factors, attempts, mail, links, onEvent } = options;
  const email = address.trim().toLowerCase();
  const outcome = await db.transaction("auth", async (tx): Promise<Row | FactorReset> => {
    const { rows } = await tx.execute<Row>(sql`
      select id, name, email from auth."user" where email = ${email} for update`);
    const [user] = rows;
    if (!user) return "no_account";
    if (!(await factors.remove(tx, user.id))) return "no_factor";
    await tx.execute(sql`delete from auth.session where user_id = ${user.id}`);
    await mail.send(tx, factorResetMail({ to: user.email, name: user.name, url: links.forgotPassword }));
    return user;
  });
  if (typeof outcome === "string") return outcome;
  await attempts.clear({ kind: "factor", of: outcome.id });
  await onEvent({ type: "factor.reset", userId: UserId.parse(outcome.id), ip: null, userAgent: null });
  return "reset";
}
