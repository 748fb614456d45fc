import type { UserId } from "@parley/contracts";

/** What happened to a login, past tense: the audit log and mails are made of these. */
export type AccountEventType =
  | "user.signed_up"
  | "user.signed_in"
  | "user.sign_in_failed"
  | "factor.asked"
  | "user.signed_out"
  | "user.locked"
  | "user.unlocked"
  | "email.verified"
  | "email.change_requested"
  | "email.changed"
  | "identity.confirmed"
  | "password.failed"
  | "password.changed"
  | "password.reset"
  | "password.reset_requested"
  | "profile.changed"
  | "account.linked"
  | "account.unlinked"
  | "factor.enabled"
  | "factor.disabled"
  | "factor.failed"
  | "factor.reset"
  | "backup_codes.renewed"
  | "device.trusted"
  | "device.distrusted"
  | "session.revoked";

export type AccountEvent = {
  type: AccountEventType;
  /** Absent when nobody has the address that was tried. */
  userId?: UserId;
  /** An address is personal, and the user's id says who it was. */
  email?: never;
  ip: string | null;
  userAgent: string | null;
  at?: Date;
};

/**
 * Awaited before the request is answered; what it throws fails the request. It comes after the commit of what it tells: a process that dies
 * in between leaves no entry.
 */
export type OnAccountEvent = (event: AccountEvent) => Promise<void>;

/** Where a request came from. */
export type Origin = Pick<AccountEvent, "ip" | "userAgent">;

/** As the api says: it sets the header itself. */
export function originOf(headers: Headers | undefined): Origin {
  return {
    ip: headers?.get("x-forwarded-for") ?? null,
    userAgent: headers?.get("user-agent")?.slice(0, 500) ?? null,
  };
}
