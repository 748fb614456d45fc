import path from "node:path";
import type { Config } from "../config.ts";
import { type CapturedMail, captureMail, type MailCapture } from "./captured-mail.ts";
import type { Mailer } from "./mail.ts";
import { createSmtpMailer } from "./smtp-mailer.ts";

/**
 * Over SMTP where SMTP_URL is set; otherwise mails are kept in the data folder.
 *
 * @returns `capture` in the second case alone
 */
export function createMailer(
  { mail, dataDir }: Pick<Config, "mail" | "dataDir">,
  onCaptured: (mail: CapturedMail) => void,
): { mailer: Mailer; capture: MailCapture | undefined } {
  if (mail.smtpUrl) return { mailer: createSmtpMailer({ url: mail.smtpUrl, from: mail.from }), capture: undefined };
  const capture = captureMail({ folder: path.join(dataDir, "mail"), onCaptured });
  return { mailer: capture, capture };
}
