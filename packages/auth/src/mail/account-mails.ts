import { passwordLength } from "@parley/contracts";
import type { Mail } from "@parley/platform/mail/mail";
import { linkMinutes } from "./mail-token.ts";
import { writeToPerson } from "./write-to-person.ts";

type To = { to: string; name: string };
type WithLink = To & { url: string };

const notYou = "If it was not you, you need do nothing: nobody gets in without opening this link.";
const minutes = (count: number) => (count === 60 ? "an hour" : `${count} minutes`);

/** After a sign-up, to whoever has the address. */
export const verifyAddressMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Confirm your e-mail address",
    paragraphs: [
      "somebody, we hope you, signed up at Parley with this address. Open this link and enter the password that you chose:",
      `The link works once, for ${minutes(linkMinutes.verify_email)}. ${notYou}`,
    ],
    action: { label: "Confirm the address", url },
  });

/** After a sign-up with an address that has an account. */
export const alreadySignedUpMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "You have an account already",
    paragraphs: [
      "somebody, perhaps you, signed up at Parley with this address, which has an account already. Nothing has changed.",
      "If it was you: sign in, or choose “Forgot your password?” there.",
    ],
    action: { label: "Sign in", url },
  });

export const resetPasswordMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Choose a new password",
    paragraphs: [
      "somebody, we hope you, asked for a new password for your account at Parley:",
      `The link works once, for ${minutes(linkMinutes.reset_password)}. With the new password every device is signed out. If it was not you, you need do nothing: your password stays.`,
    ],
    action: { label: "Choose a new password", url },
  });

/** After the password was changed or reset. */
export const passwordChangedMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your password was changed",
    paragraphs: [
      "the password of your account at Parley was changed just now, and other devices were signed out.",
      "If it was not you, somebody knows your password or reads your mail: take the account back at once.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** After whoever runs the installation has taken the second factor away. */
export const factorResetMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your second factor was taken away",
    paragraphs: [
      "whoever runs Parley has taken the second factor from your account, as for somebody who has lost it, and every device was signed out. From now on your password alone signs you in: set up another second factor soon, in the settings of your account.",
      "If you did not ask for it, choose a new password at once, and tell whoever runs your workspace.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** The same, where the password is too short to be asked for alone, or is from before that was noted. */
export const factorAndPasswordResetMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your second factor was taken away: choose a new password",
    paragraphs: [
      `whoever runs Parley has taken the second factor from your account, as for somebody who has lost it, and every device was signed out. Your password is, or may be, too short to be asked for alone, so it opens nothing any more. Choose one of at least ${passwordLength.min} characters, by a link that we mail to you:`,
      "Then set up another second factor, in the settings of your account. If you did not ask for any of this, tell whoever runs your workspace.",
    ],
    action: { label: "Choose a new password", url },
  });

/** To the address that somebody wants to change over to. */
export const confirmNewAddressMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Confirm your new e-mail address",
    paragraphs: [
      "your account at Parley is to have this address from now on. Open this link to confirm that it is yours:",
      `The link works once, for ${minutes(linkMinutes.change_email)}. If you know nothing of it, you need do nothing.`,
    ],
    action: { label: "Confirm the new address", url },
  });

/** To the address that somebody wants to change from. */
export const addressChangeAskedMail = ({ to, name, newEmail, url }: WithLink & { newEmail: string }): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your e-mail address is to be changed",
    paragraphs: [
      `somebody who knows your password asked that your account at Parley change over to ${newEmail}. It does when the link that we sent there is opened.`,
      "If it was not you, choose a new password now: that stops it.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** To the address that an account had. */
export const addressChangedMail = ({ to, name, newEmail }: To & { newEmail: string }): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your e-mail address was changed",
    paragraphs: [
      `your account at Parley has changed over to ${newEmail}. From now on you sign in with that address, and mail goes there.`,
      "If it was not you, tell whoever runs your workspace.",
    ],
  });

/** After a provider was linked to an account. */
export const accountLinkedMail = ({ to, name, provider, url }: WithLink & { provider: string }): Mail =>
  writeToPerson({
    to,
    name,
    subject: `${provider} can sign you in now`,
    paragraphs: [
      `${provider} was linked to your account at Parley just now: whoever is signed in there as you gets in here.`,
      "If it was not you, somebody is in your account: choose a new password, and unlink it under Settings, Security.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** After a provider was unlinked from an account. */
export const accountUnlinkedMail = ({ to, name, provider, url }: WithLink & { provider: string }): Mail =>
  writeToPerson({
    to,
    name,
    subject: `${provider} signs you in no more`,
    paragraphs: [
      `${provider} was unlinked from your account at Parley just now, and other devices were signed out.`,
      "If it was not you, somebody is in your account: choose a new password.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** After a second factor was turned on. */
export const factorEnabledMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "A second factor was turned on",
    paragraphs: [
      "a second factor was turned on for your account at Parley just now, and other devices were signed out. From now on signing in asks for a code.",
      "If it was not you, somebody is in your account: choose a new password, and tell whoever runs your workspace.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** After it was turned off. */
export const factorDisabledMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "Your second factor was turned off",
    paragraphs: [
      "the second factor of your account at Parley was turned off just now, and other devices were signed out. From now on the password alone signs in.",
      "If it was not you, somebody is in your account: choose a new password, and turn the second factor on again.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });

/** After the backup codes were replaced. */
export const backupCodesRenewedMail = ({ to, name, url }: WithLink): Mail =>
  writeToPerson({
    to,
    name,
    subject: "You have new backup codes",
    paragraphs: [
      "new backup codes were made for your account at Parley just now; the former ones work no more.",
      "If it was not you, somebody is in your account: choose a new password, and make new codes yourself.",
    ],
    action: { label: "It was not me: choose a new password", url },
  });
