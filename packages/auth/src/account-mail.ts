import type { TenantTransaction } from "@parley/db";
import type { Mail } from "@parley/platform/mail/mail";

/** Who carries mails: ordered in the transaction that causes them. */
export type AccountMail = { send(tx: TenantTransaction, mail: Mail): Promise<void> };

/** Where the links of mails lead: always the dashboard as it is configured, whatever host a request named. */
export function linksTo(dashboardUrl: string) {
  const page = (path: string) => `${dashboardUrl}${path}`;
  return {
    signIn: page("/sign-in"),
    forgotPassword: page("/forgot-password"),
    verifyEmail: (token: string) => page(`/verify-email#${token}`),
    resetPassword: (token: string) => page(`/reset-password#${token}`),
    secondFactor: page("/sign-in?step=factor"),
    unlock: (token: string) => page(`/unlock#${token}`),
    changeEmail: (token: string) => page(`/change-email#${token}`),
  };
}
export type Links = ReturnType<typeof linksTo>;

/** For accounts that send nothing, as tests have: whoever asks for a mail is told. */
export const noMail: AccountMail = {
  send: () => Promise.reject(new Error("these accounts were given nothing to send mail with")),
};
