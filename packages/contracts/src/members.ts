import * as z from "zod";

/** What a member may do in a tenant, from most to least; core's permission matrix says what that is. */
export const Role = z.enum(["owner", "admin", "member", "viewer"]);
export type Role = z.infer<typeof Role>;

/** An address as it is compared: in lower case. */
export const EmailAddress = z.email().max(254).toLowerCase();

/** What a company calls itself: one line with something to read. */
export const TenantName = z
  .string()
  .max(200)
  .transform((name) =>
    name
      .normalize("NFC")
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
      .trim(),
  )
  .pipe(z.string().max(80))
  .refine((name) => /[\p{L}\p{N}]/u.test(name), "must hold a letter or a digit");

export const memberLimits = {
  /** Tenants that one user belongs to. */
  tenantsOfUser: 20,
  /** How long an invitation can be accepted. */
  invitationDays: 7,
  /** Invitations that one tenant sends within a day. */
  invitationsADay: 100,
  /** Mails for one invitation, and how long the next one waits for the last. */
  mailsOfInvitation: 5,
  secondsBetweenMails: 60,
} as const;
