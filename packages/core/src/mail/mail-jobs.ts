import type { TenantTransaction } from "@parley/db";
import type { Logger } from "@parley/platform/log";
import { Mail, type Mailer, MailRefused } from "@parley/platform/mail/mail";
import * as z from "zod";
import type { JobQueue } from "../jobs/job-queue.ts";
import { createSeal } from "../sealing/seal.ts";

/** Mails that are to be sent: kept as jobs until a mail server has them, or until nobody would want them any more. */
export type MailJobs = {
  /** Orders the mail in the transaction that causes it: both or neither. @throws ZodError when it is no mail */
  send(tx: TenantTransaction, mail: Mail): Promise<void>;
  /** Begins to send. */
  work(mailer: Mailer): Promise<void>;
};

/** The tries end within the hour in which the links of a mail are good. */
const retry = { retryLimit: 12, retryDelay: 2, retryBackoff: true, retryDelayMax: 600 };
/** A mail holds an address, and perhaps a way into an account: it lies there encrypted, and no longer than it is of use. */
const short = { deleteAfterSeconds: 600, retentionSeconds: 6 * 3_600 };

/** What an earlier release has ordered is a mail as it is. */
const Order = z.union([z.strictObject({ sealed: z.string().max(200_000) }), Mail]);
type Order = z.infer<typeof Order>;

/**
 * @param options.queue not started yet
 * @param options.secret the installation's: the same where mails are ordered and where they are sent
 */
export function createMailJobs(options: { queue: JobQueue; logger: Logger; secret: string }): MailJobs {
  const { queue, logger, secret } = options;
  const { seal, open } = createSeal(secret, "mail jobs");
  const orderOf = (mail: Mail): Order => ({ sealed: seal(JSON.stringify(Mail.parse(mail))) });
  const mailOf = (order: Order): Mail => ("sealed" in order ? Mail.parse(JSON.parse(open(order.sealed))) : order);
  queue.define("unsentMail", { ...short, retryLimit: 3 });
  queue.define("sendMail", { ...short, ...retry, deadLetter: "unsentMail" });
  return {
    send: async (tx, mail) => queue.send(tx, "sendMail", orderOf(mail)),
    async work(mailer) {
      await queue.handle({
        name: "sendMail",
        schema: Order,
        pollingIntervalSeconds: 2,
        describe: () => ({}),
        async work(order, { id }) {
          const mail = mailOf(order);
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
        schema: Order,
        pollingIntervalSeconds: 10,
        describe: () => ({}),
        work: async (_mail, { id }) => logger.error({ jobId: id }, "mail given up"),
      });
    },
  };
}
