import { type Accounts, createAccounts } from "@parley/auth";
import type { TenantId, UserId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { members, tenants } from "@parley/db/schema";
import type { Config } from "@parley/platform/config";
import type { Logger } from "@parley/platform/log";
import type { Cache } from "@parley/platform/redis-cache";
import { eq } from "drizzle-orm";
import { recordAccountEvent } from "../audit/record-account-event.ts";
import type { MailJobs } from "../mail/mail-jobs.ts";
import { findInviting } from "../members/find-inviting.ts";
import { listMemberships } from "../tenants/find-tenant.ts";
import { makeWorkspace } from "./make-workspace.ts";

/** The accounts as every process has them: what happens is in the audit log, mails are jobs, and a sign-up makes a workspace. */
export function openAccounts(options: {
  db: Database;
  mailJobs: MailJobs;
  sessionCache?: Cache;
  logger: Logger;
  config: Pick<Config, "secret" | "api" | "dashboard" | "signUp" | "signInProviders">;
}): Accounts {
  const { db, mailJobs, sessionCache, logger, config } = options;
  return createAccounts({
    db,
    secret: config.secret,
    apiUrl: config.api.url,
    appOrigins: [config.dashboard.origin],
    dashboardUrl: config.dashboard.url,
    mail: mailJobs,
    onError: (err) => logger.error({ err }, "something that an account's request had begun failed"),
    signUp: { who: config.signUp, findInviting: (email, invitation) => findInviting(db, email, invitation) },
    sessionCache,
    providers: config.signInProviders,
    onEvent: (event) => recordAccountEvent(db, event),
    product: {
      makeWorkspace: (workspace) => makeWorkspace(db, workspace),
      async namesAround(userId) {
        const places = await listMemberships(db, userId);
        return Promise.all(places.map(({ tenantId }) => nameOf(db, tenantId)));
      },
      onRenamed: (userId, name) => rename(db, userId, name),
    },
  });
}

async function nameOf(db: Database, tenantId: TenantId): Promise<string> {
  const [tenant] = await db.read(tenantId, (read) => read.select({ name: tenants.name }).from(tenants));
  return tenant?.name ?? "";
}

/** In each tenant, since conversations there show the member's name. */
async function rename(db: Database, userId: UserId, name: string): Promise<void> {
  for (const { tenantId } of await listMemberships(db, userId)) {
    await db.transaction(tenantId, (tx) => tx.update(members).set({ name }).where(eq(members.userId, userId)));
  }
}
