import type { TenantTransaction } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import { Mail, type Mailer, MailRefused } from "@parley/platform/mail/mail";
import type { JobQueue } from "../jobs/job-queue.ts";

/** Mails that are to be sent: kept as jobs until a mail server has them, or until nobody would want them any more. */
export type MailJobs = {
  /** Orders the mail in the transaction that causes it: both or neither. @throws ZodError when it is no mail */
  send(tx: TenantTransaction, mail: Mail): Promise<void>;
  /** Orders a mail of no tenant. Not to be called inside a transaction. @throws ZodError when it is no mail */
  sendAlone(mail: Mail): Promise<void>;
  /** Begins to send. */
  work(mailer: Mailer): Promise<void>;
};

/** The tries end within the hour in which the links of a mail are good. */
const retry = { retryLimit: 12, retryDelay: 2, retryBackoff: true, retryDelayMax: 600 };
/** A mail holds an address, and perhaps a way into an account: it stays no longer than it is of use. */
const short = { deleteAfterSeconds: 600, retentionSeconds: 6 * 3_600 };

/** @param queue not started yet */
export function createMailJobs({ queue, logger }: { queue: JobQueue; logger: Logger }): MailJobs {
  queue.define("unsentMail", { ...short, retryLimit: 3 });
  queue.define("sendMail", { ...short, ...retry, deadLetter: "unsentMail" });
  return {
    send: async (tx, mail) => queue.send(tx, "sendMail", Mail.parse(mail)),
    sendAlone: async (mail) => queue.sendAlone("sendMail", Mail.parse(mail)),
    async work(mailer) {
      await queue.handle({
        name: "sendMail",
        schema: Mail,
        pollingIntervalSeconds: 2,
        describe: () => ({}),
        async work(mail, { id }) {
          try {
            await mailer.send(mail, { id });
          } catch (error) {
            if (!(error instanceof MailRefused)) throw error;
            // Refused for good: another try would only annoy the server.
            logger.error({ err: error, jobId: id }, "mail refused");
          }
        },
      });
      await queue.handle({
        name: "unsentMail",
        schema: Mail,
        pollingIntervalSeconds: 10,
        describe: () => ({}),
        work: async (_mail, { id }) => logger.error({ jobId: id }, "mail given up"),
      });
    },
  };
}
