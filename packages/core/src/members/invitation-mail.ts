import { memberLimits, type Role } from "@parley/contracts";
import type { Mail } from "@parley/platform/mail/mail";
import { withoutLinks } from "@parley/platform/mail/write-mail";

const asWhat: Record<Role, string> = {
  owner: "an owner",
  admin: "an admin",
  member: "a member",
  viewer: "a viewer, who can read along",
};

/** What people call themselves and their company, in one line of a bounded length. */
const oneLine = (name: string) =>
  withoutLinks(name)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, 80)
    .toWellFormed();

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");

/** The mail that invites somebody. @param invitation.link where it is accepted */
export function invitationMail(invitation: {
  to: string;
  workspace: string;
  inviter: string;
  role: Role;
  link: string;
}): Mail {
  const { to, role, link } = invitation;
  const workspace = oneLine(invitation.workspace);
  const inviter = oneLine(invitation.inviter);
  const what = `${inviter} invites you to the workspace ${workspace} on Parley, as ${asWhat[role]}.`;
  const how = `The link is good for ${memberLimits.invitationDays} days and for this address alone. If you did not expect it, do nothing.`;
  return {
    to,
    subject: `${inviter} invites you to ${workspace}`,
    text: `${what}\n\nAccept the invitation:\n${link}\n\n${how}\n`,
    html: `<p>${escapeHtml(what)}</p><p><a href="${escapeHtml(link)}">Accept the invitation</a></p><p>${escapeHtml(how)}</p>`,
  };
}
