import type { Mail } from "@parley/platform/mail/mail";
import type { AccountMail } from "../account-mail.ts";

/** Keeps what accounts send, as long as the transaction that sent it holds. */
export function createMailbox() {
  const mails: Mail[] = [];
  const carrier: AccountMail = {
    send: async (_tx, mail) => void mails.push(mail),
  };
  const to = (address: string) => mails.filter((mail) => mail.to === address);
  return {
    carrier,
    mails,
    to,
    /** The secret in the newest link to that address. */
    token(address: string): string {
      const [, token] = /\S#([\w-]+)/.exec(to(address).at(-1)?.text ?? "") ?? [];
      if (!token) throw new Error(`no link was sent to ${address}`);
      return token;
    },
  };
}
