import type { Mail } from "@parley/platform/mail/mail";
import { writeToPerson } from "../mail/write-to-person.ts";

type Locked = { to: string; name: string; url: string };

const action = (url: string) => ({ label: "Unlock the account", url });

/** Tells somebody that their account is locked, and lets them out. */
export const lockedMail = ({ to, name, url }: Locked): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your account is locked for 15 minutes",
    paragraphs: [
      "a wrong password or code was given for your account at Parley five times. Signing in is locked for 15 minutes; a wrong password does not lock the browsers in which you have signed in before. If it was you, unlock it now:",
      "The link works once, for an hour. If it was not you, somebody is guessing, and did not get in. You need do nothing; it does no harm to turn on a second factor.",
    ],
    action: action(url),
  });

/** The same, where the password is asked for once more of who is signed in. */
export const confirmationLockedMail = ({ to, name, url }: Locked): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Confirming with your password is locked for 15 minutes",
    paragraphs: [
      "a wrong password was given five times where you are signed in at Parley, to change something of your account or to confirm that it is you. For 15 minutes none is looked at there; signing in is not locked. If it was you, unlock it now:",
      "The link works once, for an hour. If it was not you, somebody sits at a browser of yours: sign it out under Settings, Security, and choose a new password.",
    ],
    action: action(url),
  });
