import { randomUUID } from "node:crypto";
import { openDatabase } from "@parley/db";
import { createTestDatabase } from "@parley/db/testing";
import type { AccountEvent } from "../account-events.ts";
import { type AccountsOptions, createAccounts } from "../accounts.ts";
import { apiUrl, origin, password, secret } from "./browser.ts";
import { createMailbox } from "./mailbox.ts";

/** Accounts on a database of their own, and what they told: by mail, and to the log. */
export async function openTestAccounts(options: Partial<AccountsOptions> = {}) {
  const database = await createTestDatabase();
  const db = openDatabase({ connection: database.connection, max: 8 });
  const { mails, carrier: mail } = createMailbox();
  const events: AccountEvent[] = [];
  const accounts = createAccounts({
    ...{ db, secret, apiUrl, appOrigins: [origin], mail },
    onEvent: async (event) => void events.push(event),
    ...options,
  });
  return {
    db,
    accounts,
    /** What carries the mails. */
    mail,
    mails,
    events,
    /** Somebody new, who can sign in. */
    async person() {
      const email = `${randomUUID()}@example.com`;
      return { email, userId: await accounts.ensureUser({ email, name: "Ada", password }) };
    },
    /** As if nothing had been told yet. */
    forgetTold() {
      mails.length = 0;
      events.length = 0;
    },
    async close() {
      await db.close();
      await database.drop();
    },
  };
}
