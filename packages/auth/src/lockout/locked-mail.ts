import type { Mail } from "@parley/platform/mail/mail";
import { withoutLinks, writeMail } from "@parley/platform/mail/write-mail";

/** Tells somebody that their account is locked, and lets them out. */
export const lockedMail = ({ to, name, url }: { to: string; name: string; url: string }): Mail =>
  writeMail({
    to,
    subject: "Your account is locked for 15 minutes",
    paragraphs: [
      `Hello ${withoutLinks(name)},\n\na wrong password or code was given for your account at Parley five times. Signing in is locked for 15 minutes; a wrong password does not lock the browsers in which you have signed in before. If it was you, unlock it now:`,
      "The link works once, for an hour. If it was not you, somebody is guessing, and did not get in. You need do nothing; it does no harm to turn on a second factor.",
    ],
    action: { label: "Unlock the account", url },
  });
