import { findLogins } from "@parley/auth";
import type { TenantId } from "@parley/contracts";
import type { Database } from "@parley/db";
import { budgetAlerts, budgets, members, spendingMonths, tenants } from "@parley/db/schema";
import type { Logger } from "@parley/platform/log";
import { writeMail } from "@parley/platform/mail/write-mail";
import { and, asc, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { MailJobs } from "../mail/mail-jobs.ts";
import { alertSignal } from "./notice-budget.ts";
import { stepInForce } from "./step-in-force.ts";

export type AlertMailsOptions = {
  db: Database;
  mailJobs: Pick<MailJobs, "send">;
  dashboardUrl: string;
  logger: Logger;
  /** How long one waits at most that a process left behind when it died. */
  pollMs?: number;
};

/** Mails owners and admins what their workspaces' budgets have reached. */
export type AlertMails = {
  /** Looks at once, whenever this process notes an alert, and at each poll. */
  start(): void;
  /** A workspace whose mails can't be ordered is left for the next time. @returns how many mails were ordered */
  run(): Promise<number>;
  stop(): Promise<void>;
};

const tenantsAtATime = 20;

export function createAlertMails({
  db,
  mailJobs,
  dashboardUrl,
  logger,
  pollMs = 60_000,
}: AlertMailsOptions): AlertMails {
  let last: Promise<unknown> = Promise.resolve();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<number> {
    let mails = 0;
    let last: TenantId | undefined;
    do {
      const waiting = await listWaiting(last);
      for (const { tenantId } of waiting) {
        try {
          mails += await mailTenant(tenantId);
        } catch (err) {
          // Nobody else waits for it.
          logger.warn({ err, tenantId }, "budget alert not mailed, to be tried again");
        }
      }
      last = waiting.length < tenantsAtATime ? undefined : waiting.at(-1)?.tenantId;
    } while (last && !isStopped);
    return mails;
  }

  const listWaiting = (after: TenantId | undefined) =>
    db.read("system", (read) =>
      read
        .selectDistinct({ tenantId: budgetAlerts.tenantId })
        .from(budgetAlerts)
        .where(and(isNull(budgetAlerts.mailedAt), after && gt(budgetAlerts.tenantId, after)))
        .orderBy(asc(budgetAlerts.tenantId))
        .limit(tenantsAtATime),
    );

  /** Ordered with the note that they are: once, though several processes look. */
  async function mailTenant(tenantId: TenantId): Promise<number> {
    const managers = await db.read(tenantId, (read) =>
      read
        .select({ userId: members.userId })
        .from(members)
        .where(and(isNull(members.removedAt), inArray(members.role, ["owner", "admin"]))),
    );
    const logins = await findLogins(
      db,
      managers.map(({ userId }) => userId),
    );
    return db.transaction(tenantId, async (tx) => {
      const noted = await tx
        .update(budgetAlerts)
        .set({ mailedAt: sql`now()` })
        .where(isNull(budgetAlerts.mailedAt))
        .returning({ month: budgetAlerts.month, percent: budgetAlerts.percent });
      const [latest] = noted.toSorted((a, b) => b.month.localeCompare(a.month) || b.percent - a.percent);
      const [budget] = await tx.select().from(budgets);
      const [tenant] = await tx.select({ name: tenants.name }).from(tenants);
      // Of a budget that was taken away meanwhile nobody wants to hear.
      if (!latest || !budget || !tenant) return 0;
      const [month] = await tx
        .select()
        .from(spendingMonths)
        .where(eq(spendingMonths.month, latest.month))
        .orderBy(desc(spendingMonths.month));
      const spentMicros = month?.costMicros ?? 0;
      const does = { person: personDoes, built_in: builtInDoes, cheaper: cheaperDoes } as const;
      const step = stepInForce(budget, spentMicros);
      for (const { email } of logins) {
        await mailJobs.send(
          tx,
          writeMail({
            to: email,
            subject: `${latest.percent} % of ${tenant.name}'s budget for models is spent`,
            paragraphs: [
              `In ${nameOf(latest.month)}, ${tenant.name} has spent ${dollars(spentMicros)} of ${dollars(budget.monthlyMicros)} on models.`,
              step ? does[step] : "Answers go on as before.",
              "You get this as an owner or admin, once a month for each of 50, 80 and 100 %.",
            ],
            action: { label: "See the costs", url: `${dashboardUrl}/costs` },
          }),
        );
      }
      return logins.length;
    });
  }

  const kick = () => {
    if (isStopped) return;
    last = last.then(run).then(
      (mails) => mails > 0 && logger.info({ mails }, "budget alerts mailed"),
      (err: unknown) => logger.warn({ err }, "budget alerts not mailed, to be tried again"),
    );
  };
  return {
    start() {
      isStopped = false;
      db.onSignal(alertSignal, kick);
      timer = setInterval(kick, pollMs);
      kick();
    },
    run,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await last;
    },
  };
}

const cheaperDoes = "From here on only the cheapest models write answers.";
const builtInDoes = "From here on no model is paid for: the built-in answerer quotes the documents.";
const personDoes = "From here on conversations go to your team, and the assistant answers nothing.";

const dollars = (micros: number) => `US$ ${(micros / 1_000_000).toFixed(2)}`;
const nameOf = (month: string) =>
  new Date(`${month}T00:00:00Z`).toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
