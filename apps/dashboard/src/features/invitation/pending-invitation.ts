const key = "parley.invitation";
/** As long as the link itself works. */
const keptMs = 7 * 24 * 3_600_000;

/**
 * The secret of an invitation that somebody is about to accept, while they sign up or in, and open a mail for it. It does not stay
 * longer than it is good.
 */
export const pendingInvitation = {
  read: (): string | null => {
    const [, keptAt, token] = /^(\d+) (.+)$/.exec(localStorage.getItem(key) ?? "") ?? [];
    if (token && Date.now() - Number(keptAt) < keptMs) return token;
    localStorage.removeItem(key);
    return null;
  },
  keep: (token: string): void => localStorage.setItem(key, `${Date.now()} ${token}`),
  forget: (): void => localStorage.removeItem(key),
};
