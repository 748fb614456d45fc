import type { Mail } from "@parley/platform/mail/mail";
import { type MailContent, withoutLinks, writeMail } from "@parley/platform/mail/write-mail";

/** A mail to somebody who has a login, or is to have one. What they call themselves, a stranger may have chosen: it is greeted, and is no link. */
export function writeToPerson({
  name,
  paragraphs: [first, ...others],
  ...mail
}: Omit<MailContent, "paragraphs"> & { name: string; paragraphs: readonly [string, ...string[]] }): Mail {
  return writeMail({ ...mail, paragraphs: [`Hello ${withoutLinks(name)},\n\n${first}`, ...others] });
}
