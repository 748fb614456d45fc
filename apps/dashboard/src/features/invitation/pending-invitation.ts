const key = "parley.invitation";

/** The secret of an invitation that somebody is about to accept, while they sign up or in, and open a mail for it. */
export const pendingInvitation = {
  read: (): string | null => localStorage.getItem(key),
  keep: (token: string): void => localStorage.setItem(key, token),
  forget: (): void => localStorage.removeItem(key),
};
